import type { Claim } from './verdict.ts';

/** The acceptance examples of the product (§17): each is shown by the tests that name it. */
export const examples: readonly Claim[] = [
  {
    id: 'AC-01',
    text: 'Given an empty list, when Olga presses `New`, then a draft line with all defaults of 3.4 appears and its dot is ⚪.',
    shownBy: ['AC-01'],
  },
  {
    id: 'AC-02',
    text: 'Given a draft without Domain, when she presses `Switch on`, then the bot answers “Wrong parameters: Domain” and nothing is registered.',
    shownBy: ['AC-02'],
  },
  {
    id: 'AC-03',
    text: 'Given protocol UDP, when she presses it three times, then the label reads TCP, TLS, UDP.',
    shownBy: ['AC-03'],
  },
  {
    id: 'AC-04',
    text: 'Given she pressed `Password`, when she sends `s3cret`, then that message disappears from the chat, the label shows `••••`, and no log contains the text.',
    shownBy: ['AC-04'],
  },
  {
    id: 'AC-05',
    text: 'Given a registered line, when she changes Domain and does nothing, then after 300 s the line re-registers at the new domain; when she presses `Apply` after 10 s, it does so at once and `Apply` disappears.',
    shownBy: ['AC-05'],
  },
  {
    id: 'AC-06',
    text: 'Given a call in progress, when she applies a new login, then the call continues and the next call uses the new login.',
    shownBy: ['AC-06'],
  },
  {
    id: 'AC-07',
    text: 'Given two lines and `Delete` with one call running, when she confirms, then the line leaves the list, un-REGISTERs, and the call goes on until someone hangs up.',
    shownBy: ['AC-07'],
  },
  {
    id: 'AC-08',
    text: 'Given she pressed `Chat for recordings`, then `Select chat` and `Select channel` appear; when she picks a channel where the bot may not post, then the old value stays and the reason is shown.',
    shownBy: ['AC-08'],
  },
  {
    id: 'AC-09',
    text: 'Given she picked Uwe with `Select user` and Uwe never wrote to the chat account, then calls still ring Olga; when Uwe opens the link, both are told and the next call rings Uwe.',
    shownBy: ['AC-09'],
  },
  {
    id: 'AC-10',
    text: 'Given Uwe opens the line screen, then he sees no login, password, domain, worker, and a forged callback for `Login` is refused.',
    shownBy: ['AC-10'],
  },
  {
    id: 'AC-11',
    text: 'Given a template with domain and codecs, when chosen on a line with login filled, then login and password stay and the rest is filled.',
    shownBy: ['AC-11'],
  },
  {
    id: 'AC-12',
    text: 'Given Worker Auto and workers A (RTT 10 ms) and B (40 ms), then A is used; when A stops answering, the line is registered from B within 30 s; when A returns, the line stays on B until Apply or failure.',
    shownBy: ['AC-12'],
  },
  {
    id: 'AC-13',
    text: 'Given the PBX answers 403, then the dot is 🔴, the screen shows `403` with its text, Olga gets one notice and one more when it recovers.',
    shownBy: ['AC-13'],
  },
  { id: 'AC-14', text: 'The table of section 4 holds row by row.', shownBy: ['AC-14'] },
  {
    id: 'AC-15',
    text: "`(a+)+$` is a valid rule; against 5 000 `a` followed by `!` the rule engine decides in well under a second, and so does the bot's try-out (and a real number sent) with 120 `a` followed by `1`.",
    shownBy: ['AC-15'],
  },
  { id: 'AC-16', text: '`(?=1)2` is refused on entry with the rule quoted.', shownBy: ['AC-16'] },
  {
    id: 'AC-17',
    text: 'Two lines, *Home* with `^7` and *Office* with `^49`: sending `4930123` dials through *Office* without a question; sending `1555` answers “No lines for the call” and names both rules.',
    shownBy: ['AC-17'],
  },
  {
    id: 'AC-18',
    text: 'Callback on: when Olga sends `200`, then the chat account calls her within 1 s; when she answers, INVITE `200@pbx.test` leaves within 300 ms and she hears ringback on 180.',
    shownBy: ['AC-18'],
  },
  {
    id: 'AC-19',
    text: 'Callback on, she does not answer for 60 s: no INVITE was sent, the message says not answered and has `Redial`.',
    shownBy: ['AC-19'],
  },
  {
    id: 'AC-20',
    text: 'Callback off: after `200` she is asked to press 📞; she calls after 20 s: accepted at once, INVITE sent. She calls after 61 s: declined with the hint.',
    shownBy: ['AC-20'],
  },
  {
    id: 'AC-21',
    text: '`USER_PRIVACY_RESTRICTED` on our call: she sees the hint and the 📞 prompt; calling us works.',
    shownBy: ['AC-21'],
  },
  {
    id: 'AC-22',
    text: "`reception` → a confirmation button, no INVITE before it is pressed; `/call reception` → INVITE. “thanks!” → hint only. `sip:bob@other.test` → request-URI `sip:bob@other.test`, sent to the line's proxy.",
    shownBy: ['AC-22'],
  },
  { id: 'AC-23', text: '`2<00` and a two-line message are refused and nothing is sent.', shownBy: ['AC-23'] },
  { id: 'AC-24', text: 'Editing the message `200` to `201` places no call.', shownBy: ['AC-24'] },
  {
    id: 'AC-25',
    text: 'Two lines fit: a question with two line buttons and `Cancel`; pressing after 61 s says expired; sending `300` meanwhile replaces the question.',
    shownBy: ['AC-25'],
  },
  {
    id: 'AC-26',
    text: 'PBX answers 486: busy tone about 4 s, then the voice leg ends and the message shows `486 Busy Here` with `Redial`.',
    shownBy: ['AC-26'],
  },
  {
    id: 'AC-27',
    text: 'INVITE from `"Anna" <sip:+7926@…>`: the chat shows exactly the two lines of 6.1 before or within 300 ms of the ring; Olga answers: 200 is sent, panel appears.',
    shownBy: ['AC-27'],
  },
  { id: 'AC-28', text: '`From: Anonymous`, `Privacy: id` → `📞 Hidden number`, no `Redial`.', shownBy: ['AC-28'] },
  {
    id: 'AC-29',
    text: 'Olga declines → 486; busy in another Telegram call → 486 and a missed-call message; CANCEL while ringing → ring stops, missed-call message; CANCEL with reason “completed elsewhere” → “answered elsewhere”.',
    shownBy: ['AC-29'],
  },
  {
    id: 'AC-30',
    text: 'Sending the message meets `FLOOD_WAIT_5`: the ring starts anyway, the message follows after 5 s.',
    shownBy: ['AC-30'],
  },
  {
    id: 'AC-31',
    text: 'Two lines ring at once: first rings; second waits silently; the first caller gives up → the second rings.',
    shownBy: ['AC-31'],
  },
  {
    id: 'AC-32',
    text: 'Keys `1`,`2`,`#` with `rfc2833`: three telephone-events in order at the party, none at the held one; each press acknowledged within 200 ms.',
    shownBy: ['AC-32'],
  },
  {
    id: 'AC-33',
    text: 'Answer SDP has no telephone-event: INFO is used; INFO is answered 501: this and later keys are inband tones detectable in the RTP.',
    shownBy: ['AC-33'],
  },
  {
    id: 'AC-34',
    text: 'Reply `1234,,5#` to the panel: six keys with a 4 s pause after the `4`; no second call.',
    shownBy: ['AC-34'],
  },
  {
    id: 'AC-35',
    text: 'Call ends: panel is gone from both sides; a press on a cached copy is answered “The call is over”.',
    shownBy: ['AC-35'],
  },
  {
    id: 'AC-36',
    text: "A press with another person's id (forged, or on a forwarded panel): “not your call”, nothing sent.",
    shownBy: ['AC-36'],
  },
  {
    id: 'AC-37',
    text: 'Automatic on, no separate chat, user Uwe: label `🟥 Stop recording`; he stops: the file arrives in his chat; he may start again.',
    shownBy: ['AC-37'],
  },
  {
    id: 'AC-38',
    text: 'Automatic on, separate channel, user Uwe: `🔒 Recording locked`; press only shows a toast; after the call the file is in the channel. Same with user Olga: she may stop.',
    shownBy: ['AC-38'],
  },
  {
    id: 'AC-39',
    text: 'No recording right: start, after 15 s it stops by itself and a 15 s file arrives; another start in the same call is refused.',
    shownBy: ['AC-39'],
  },
  { id: 'AC-40', text: 'The recorder cannot write: label `⚠️ Start recording`; press tries again.', shownBy: ['AC-40'] },
  {
    id: 'AC-41',
    text: 'Reconnect during recording: `⌛ Stop recording` while away, `🟥` after return, one file without the gap. Stop pressed while ⌛: file delivered at once.',
    shownBy: ['AC-41'],
  },
  {
    id: 'AC-42',
    text: 'The channel was deleted: after the retries Olga gets the file from the settings bot with the reason.',
    shownBy: ['AC-42'],
  },
  {
    id: 'AC-43',
    text: "Press `🔄 Reconnect`, Callback on: voice leg ends, Pat hears the pattern of section 12, Olga's other device rings; she answers after 30 s: both hear each other, DTMF and recording work, the same SIP dialog was used.",
    shownBy: ['AC-43'],
  },
  { id: 'AC-44', text: 'Same, Callback off: prompt; her call within 60 s continues with Pat.', shownBy: ['AC-44'] },
  { id: 'AC-45', text: 'Nobody answers for 60 s: BYE to Pat at 60 s ± 1, message shown.', shownBy: ['AC-45'] },
  {
    id: 'AC-46',
    text: 'The phone dies (no media, no hang-up): within 10 s + 1 s the same mode starts by itself. A normal hang-up never starts it.',
    shownBy: ['AC-46'],
  },
  {
    id: 'AC-47',
    text: 'Two calls, current Pat, held Quinn; Reconnect: Quinn gets BYE, Pat stays. With Quinn only waiting: Quinn gets 480; ringing (outgoing): CANCEL.',
    shownBy: ['AC-47'],
  },
  { id: 'AC-48', text: 'Pat hangs up during the window: everything ends, no more ringing.', shownBy: ['AC-48'] },
  {
    id: 'AC-49',
    text: 'Olga declines the ring: no more ringing, Pat still hears tones; `🔄 Reconnect` rings again; `End` sends BYE.',
    shownBy: ['AC-49'],
  },
  {
    id: 'AC-50',
    text: 'The host is killed and restarted in the window: the window still ends at its original time and calling back works.',
    shownBy: ['AC-50'],
  },
  {
    id: 'AC-51',
    text: 'Talking to Pat, Quinn calls: Olga hears 0.2 s beeps every 5 s, Pat does not; parallel message with `Transfer` `Switch` `Decline`. `Decline`: 486 to Quinn, beeps stop, message gone.',
    shownBy: ['AC-51'],
  },
  {
    id: 'AC-52',
    text: '`Switch`: Pat is held (sendonly), Quinn gets 200; `Switch` again: Pat is back; ten times in a row leaves both dialogs healthy.',
    shownBy: ['AC-52'],
  },
  {
    id: 'AC-53',
    text: "Held pair, `Transfer`: Pat and Quinn hear each other, Olga's voice leg ended, panel gone; when Pat hangs up Quinn gets BYE.",
    shownBy: ['AC-53'],
  },
  {
    id: 'AC-54',
    text: '`Transfer` while Quinn (outgoing) is ringing and then 480: Olga is rung, answers, is with Pat again.',
    shownBy: ['AC-54'],
  },
  {
    id: 'AC-55',
    text: 'Held pair, `End`: current ends, held one is heard within 500 ms. Current party hangs up by himself: same, preceded by a tone.',
    shownBy: ['AC-55'],
  },
  { id: 'AC-56', text: 'Held Quinn hangs up: text, message gone, talk with Pat uninterrupted.', shownBy: ['AC-56'] },
  {
    id: 'AC-57',
    text: "Olga hangs up with Quinn held: BYE to both. With Quinn waiting: Pat BYE, Quinn keeps 180 and Olga's phone rings.",
    shownBy: ['AC-57'],
  },
  {
    id: 'AC-58',
    text: 'A third INVITE: 486. A third number: refused with text. Without call switching in the plan: second INVITE 486.',
    shownBy: ['AC-58'],
  },
  {
    id: 'AC-59',
    text: 'Limited plan: at 1:50 a double beep, at 2:00 the call ends with text; the 11th failed call in the hour is refused with `402 Amount of fail calls is exceeded`.',
    shownBy: ['AC-59'],
  },
  {
    id: 'AC-60',
    text: 'The chat account is invited to a group: it leaves and writes nothing there.',
    shownBy: ['AC-60'],
  },
  {
    id: 'AC-61',
    text: '`PEER_FLOOD`: no first contacts for 24 h, existing conversations continue, operator alerted.',
    shownBy: ['AC-61'],
  },
  {
    id: 'AC-62',
    text: 'Pressing a parallel button twice quickly on two devices performs it once.',
    shownBy: ['AC-62'],
  },
  {
    id: 'AC-63',
    text: 'Every example of this section passes in the sandbox with no network access; the traces replay to the same states.',
    shownBy: ['AC-63'],
    // AC-14 and AC-42 have no machine; those of AC-12 and AC-50 are in processes of their own (test/process/{workers,window}.test.ts).
  },
  {
    id: 'AC-64',
    text: 'Given Uwe is assigned to *Office* and the PBX answers 403, then Olga gets the notice; Uwe gets none until a call of his fails, and no button of his changes a setting.',
    shownBy: ['AC-64'],
  },
  {
    id: 'AC-65',
    text: 'Given Olga presses `Domain` and sends `pbx2.test`, then the label reads `Domain: pbx2.test`; given she sends `not a host!`, then one message says what was wrong with an example and the question stays; after the third the screen returns with the old value. The question for `Login` warns: one login, one device.',
    shownBy: ['AC-65'],
  },
  {
    id: 'AC-66',
    text: 'Given a draft with Login, Password and Domain typed, when she presses `Apply`, then it registers and its dot is 🟢; when she presses nothing, it does so 300 s after the first edit. Without Domain the press answers “Wrong parameters: Domain” and the timer leaves a draft. A line she switched off stays off through both.',
    shownBy: ['AC-66'],
  },
  {
    id: 'AC-67',
    text: 'Given the recording right and two lines, when she presses `Call recording` on *Office* once, then it reads ✅ and only *Office* records by itself; a second press: ☑️. Without the right it stays ☑️ and says “not in your plan”.',
    shownBy: ['AC-67'],
  },
  {
    id: 'AC-68',
    text: 'Given she pressed `User`, then `Select user` appears; when she picks Uwe, who has written to the chat account before, the key is gone, both are told and the next call rings Uwe only; `Unlink` brings the next call back to her.',
    shownBy: ['AC-68'],
  },
  {
    id: 'AC-69',
    text: "Given one worker of each kind (two ✅, one marked free), then the list shows each with its mark, 📡 only on a line whose template names it, Olga's 🔑 only to Olga; without *Paid Workers* only `Auto` and the free ✅.",
    shownBy: ['AC-69'],
  },
  {
    id: 'AC-70',
    text: 'Given Olga pressed `Transfer` and chose Uwe, when he presses `Take` within 5 minutes, then he is the owner and she has `Transfer back` until he changes the password; after 5 minutes `Take` is answered as expired and nothing changes.',
    shownBy: ['AC-70'],
  },
  {
    id: 'AC-71',
    text: 'Given a person whose Telegram is Russian, then texts and labels are Russian; after `/language` English the labels are exactly those of this page.',
    shownBy: ['AC-71'],
  },
  {
    id: 'AC-72',
    text: 'She enters `[^+*#\\w]= ^8=7`: two lines, each with its kind, and `Apply`; a call before `Apply` uses the old rules, one after it the new; `=` clears; `=7 ^8` is refused.',
    shownBy: ['AC-72'],
  },
  {
    id: 'AC-73',
    text: 'No rules, `8 (926) 123-45-67` sent: INVITE user part `8%20(926)%20123-45-67`; with the rules of AC-72: `79261234567`. `*21#` without rules: `*21%23`.',
    shownBy: ['AC-73'],
  },
  {
    id: 'AC-74',
    text: "`Switch off Callback mode` pressed: the button reads `Switch on Callback mode`, the next number brings the 📞 prompt with `Switch on Callback mode` under it; pressed there, the number after it is called back. Uwe's switch did not move.",
    shownBy: ['AC-74'],
  },
  {
    id: 'AC-75',
    text: 'After a failed call with two lines, `Redial` dials the same number on the same line without a question; `Lines` asks again with both lines.',
    shownBy: ['AC-75'],
  },
  {
    id: 'AC-76',
    text: 'The first number Olga ever sends brings the privacy hint once; her second does not.',
    shownBy: ['AC-76'],
  },
  {
    id: 'AC-77',
    text: 'Olga has two devices: both ring from the chat account; one answers, the other stops at once; one caller message, not silent, whose text is what its notification shows.',
    shownBy: ['AC-77'],
  },
  {
    id: 'AC-78',
    text: '`^📞 (\\S+)(?:\\n(?!▸ )(.+))?` on the caller message yields number and name, with and without name and line (F-AND-1); after the call it is replaced by one message that starts with the outcome, has `Redial` and does not match.',
    shownBy: ['AC-78'],
  },
  {
    id: 'AC-79',
    text: 'Automatic on, separate channel, user Uwe, Reconnect: the label stays `🔒 Recording locked` while away and after; a press only shows the toast; one file, in the channel.',
    shownBy: ['AC-79'],
  },
  {
    id: 'AC-80',
    text: "Recording right, automatic off: started, stopped after 20 s, started and stopped again: two files of those lengths, each within 5 s after its stop, in the chosen group; with no chat chosen, in the user's conversation with the chat account. `🔴` pressed while it rings: `⌛`, writing starts at the answer.",
    shownBy: ['AC-80'],
  },
  {
    id: 'AC-81',
    text: 'Callback on, Pat waits, our ring is on the way: Olga calls the chat account herself from another device: our ring stops, talk with Pat goes on.',
    shownBy: ['AC-81'],
  },
  {
    id: 'AC-82',
    text: 'Talking to Pat she sends `300`: Quinn is dialled at once, Pat is still heard, parallel message `Transfer` `Switch` `End`; Quinn answers: one beep, Quinn hears music; `Switch`: Quinn is heard, Pat held. Had she pressed `Switch` first: she hears the ringback, Pat is held, `End` cancels and Pat is back.',
    shownBy: ['AC-82'],
  },
  {
    id: 'AC-83',
    text: 'Quinn (outgoing) answers 486: the message shows it, Pat was heard throughout. Had she pressed `Switch` first: busy tone about 4 s, then Pat again.',
    shownBy: ['AC-83'],
  },
  {
    id: 'AC-84',
    text: "Quinn waits, `Transfer`: Quinn gets 200, Pat and Quinn hear each other, Olga's voice leg ended, panel gone.",
    shownBy: ['AC-84'],
  },
  {
    id: 'AC-85',
    text: "Uwe, who has no plan of his own, calls on Olga's unlimited line: no limit; Uwe, whose own plan is unlimited, on Olga's line under a plan with 2 minutes per call: ended at 2:00, Olga's counters grew, his did not.",
    shownBy: ['AC-85'],
  },
  {
    id: 'AC-86',
    text: '30 minutes used this month: a number is refused with `402 Total calls duration is exceeded`, an INVITE gets 402, Olga is told once; with one line allowed, `New` creates nothing and names the limit.',
    shownBy: ['AC-86'],
  },
  {
    id: 'AC-87',
    text: "Callback on, our ring is on its way: she calls the chat account herself: our ring stops, her call is accepted, dialling starts once (D-54). A call of hers with nothing waiting, five minutes after Quinn's missed call: declined, the hint has `Redial` for Quinn (D-55).",
    shownBy: ['AC-87'],
  },
  {
    id: 'AC-88',
    text: '`Cancel` on the outgoing message while the party rings: CANCEL to the party, voice leg ended, message says cancelled (D-56). A person without any line sends `200`: one text with a button to the settings bot, nothing is dialled (D-57).',
    shownBy: ['AC-88'],
  },
];
