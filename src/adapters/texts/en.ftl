### The words of the conversation with the chat account. Labels of buttons are part of the product: they are exact in English.
### $party is a number, with a name after it where one is known; $line is a line's name.

## Buttons

button-cancel = Cancel
button-redial = Redial
button-lines = Lines
button-callback-on = Switch on Callback mode
button-callback-off = Switch off Callback mode
button-call-word = Call { $word }
button-recording-start = 🔴 Start recording
button-recording-stop = 🟥 Stop recording
button-recording-locked = 🔒 Recording locked
button-recording-pending = ⌛ Stop recording
button-recording-failed = ⚠️ Start recording
button-reconnect = 🔄 Reconnect
button-transfer = Transfer
button-switch = Switch
button-decline = Decline
button-end = End
button-settings = Open the settings

## Shared

hidden-number = Hidden number
minutes = { $count } min
seconds = { $count } s

## Outgoing calls

calling-you =
    { $party }
    Calling you. Answer to be connected.
press-to-call = Press 📞 to call { $party }
offer-expired =
    { $party }
    Not dialled: you did not call.
not-dialled-cancelled =
    { $party }
    Cancelled, not dialled.
not-dialled-replaced =
    { $party }
    Not dialled: you sent another number.
not-dialled-incoming-call =
    { $party }
    Not dialled: somebody is calling you.
not-answered =
    { $party }
    Not answered: you did not take the call, nothing was dialled.
not-connected-peer-fault =
    { $party }
    Your Telegram app misbehaved: nothing was dialled.
not-connected-connection-lost =
    { $party }
    The connection to you was lost: nothing was dialled.
not-connected-flood =
    { $party }
    Telegram does not let me call now: nothing was dialled. Try again later.
not-connected-internal-fault =
    { $party }
    Failed by a fault of the service: nothing was dialled.
not-connected-shutdown =
    { $party }
    The service is restarting: nothing was dialled.
dialled-dialling =
    { $party }
    Calling through { $line }.
dialled-talking =
    { $party }
    Connected, { $line }.
line-question = Which line do you want to call { $number } from?
line-question-expired =
    { $number }
    Not dialled: the choice of a line has expired.
line-question-replaced =
    { $number }
    Not dialled: you sent another number.
line-question-cancelled =
    { $number }
    Cancelled, not dialled.
line-question-answered =
    { $number }
    Chosen line: { $line }.
confirm-word = Dial “{ $word }”?
emergency =
    { $number }: this is not an emergency service, and it does not tell anybody where you are.
    In danger, call from a telephone.

## How a call ended: the head stands before the party, the note below

outcome-answered = Answered { $talked }
outcome-missed = Missed
outcome-declined = Declined
outcome-answered-elsewhere = Answered elsewhere
outcome-cancelled = Cancelled
outcome-connection-lost = Connection lost
outcome-own-fault = Your Telegram app misbehaved
outcome-peer-fault = The other side’s telephone misbehaved
outcome-internal-fault = Failed by a fault of the service
outcome-shutdown = Ended: the service is restarting
note-connection-lost = The connection was lost.
note-peer-fault = The other side’s telephone misbehaved.
note-internal-fault = Ended by a fault of the service.
note-shutdown = Ended: the service is restarting.

## After a call whose sound was bad

poor-sound-user =
    Poor sound · { $party }
    Between you and Telegram { $loss } % of the sound was lost, jitter { $jitter } ms, quality about { $mos } of 5. A better network helps.
poor-sound-party =
    Poor sound · { $party }
    On the telephone side { $loss } % of the sound was lost, jitter { $jitter } ms, quality about { $mos } of 5.

## No line for a call

no-lines = No lines for the call
line-off = { $line }: switched off
line-registering = { $line }: not registered yet
line-unreachable = { $line }: the PBX does not answer
line-refused = { $line }: not registered ({ $reply })
line-filtered = { $line }: filtered by rule { $rule } ({ $text })
line-empty = { $line }: number became empty
line-tooLong = { $line }: number became too long
line-limit = { $line }: { $error }

## Keypad and recording

panel-closed =
    { $party }
    The call is over.
recording-caption-owner =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Recorded automatically
recording-caption-user =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Recorded by hand
recording-piece-missing = The recording was interrupted: a piece is missing.
recording-limit = The recording has stopped: the plan allows { $limit } of a call.
recording-failed =
    { $party }
    The recording failed: { $reason }
recording-undeliverable =
    { $party }
    The recording could not be delivered: { $reason }
recorder-disk-full = the disk is full
recorder-disk-slow = the disk is too slow
recorder-no-directory = no directory for recordings is set
recorder-directory-missing = the directory for recordings does not exist
recorder-directory-closed = the directory for recordings may not be written to
recorder-no-call = there is no such call any more
recorder-disk = the recording cannot be written ({ $code })
recorder-internal = a fault of the service
delivery-blocked = the user has blocked the chat account
delivery-blocked-by-us = the chat account has blocked the user
delivery-privacy = the user’s privacy settings forbid it
delivery-no-audio = audio files are forbidden in this conversation
delivery-no-files = files are forbidden in this conversation
delivery-first-contact = Telegram forbids the chat account to write first
delivery-unknown-user = the user is unknown to the chat account
delivery-user-gone = the user’s account was deleted
delivery-chat-gone = the chat does not exist any more
delivery-not-member = the bot is not a member of the chat
delivery-no-rights = the bot may not send files there
delivery-wait = Telegram asks to wait
delivery-unreachable = Telegram could not be reached
delivery-file-gone = the file is gone
delivery-refused = Telegram refused it: { $words }
delivery-file = the file cannot be read ({ $words })
delivery-internal = a fault of the service

## Second call

parallel-waiting =
    Calling you: { $other }
    On the line: { $current }
parallel-early =
    Calling you: { $other }
    Calling: { $current }
parallel-ringing =
    Calling: { $other }
    On the line: { $current }
parallel-listening =
    Calling: { $current }
    On hold: { $other }
parallel-answered =
    Answered and on hold: { $other }
    On the line: { $current }
parallel-held =
    On the line: { $current }
    On hold: { $other }
held-hung-up =
    { $held } hung up.
    You are still talking to { $current }.
transferred =
    { $first } and { $second } are connected.
    You have left the call.
transferred-ringing =
    { $second } is being called for { $first }.
    You have left the call.
transfer-failed-ringing =
    { $second } was not reached: { $why }
    { $first } is waiting, I am calling you back.
transfer-failed-waiting =
    { $second } was not reached: { $why }
    { $first } is waiting for you.
transfer-failed-ended =
    { $second } was not reached: { $why }
    { $first } could not be given back to you: that call is over too.
held-by-party = { $party } put you on hold.
taken-back = { $party } took you off hold.
third-number = You already have two calls. End one of them first.

## Reconnection

reconnecting-lost = The connection was lost.
reconnecting-ringing = Calling you to continue with { $party }
reconnecting-waiting = Press 📞 to continue with { $party }
not-restored-expired =
    { $party }
    The connection was not restored.
not-restored-too-often =
    { $party }
    The connection was lost too often, the call was ended.
number-while-reconnecting = Not dialled: { $party } is waiting for you. Return to the call, or end it first.

## Refusals

error-380 = 380 Callback is restricted
error-402-settings = 402 SIP account has disallowed settings
error-402-duration = 402 Total calls duration is exceeded
error-402-failures = 402 Amount of fail calls is exceeded
error-408 = 408 Timeout
error-480 = 480 Temporarily unavailable
error-486 = 486 Busy
error-503 = 503 Too many requests (retry after { $wait })
not-in-plan-call-switching = A second call is not in your plan.
call-time-up =
    { $party }
    The call was ended: the plan allows { $limit } for a call.
one-call-at-a-time = You are in a call. Finish it first.
other-worker = “{ $line }” is not dialled: you have a call over a line of another worker. End it first.
too-late = I was away when you sent this. Send the number again to dial it.
restarting = The service is restarting. Try again in a minute.

## Hints

privacy-hint =
    Your privacy settings do not let me call you.
    In Telegram open Settings → Privacy and Security → Calls and allow everybody, or add me under “Always allow”.
privacy-hint-first =
    To connect you, I call you. If the call does not come, allow it:
    in Telegram open Settings → Privacy and Security → Calls and allow everybody, or add me under “Always allow”.
send-number-first = Send a number first, then call.
send-number-first-missed =
    Send a number first, then call.
    You missed a call: { $party }
what-to-send = Send me a phone number, a SIP address such as bob@example.org, or a contact. I dial it for you.
welcome =
    Send me a phone number, a SIP address or a contact: I call you and connect you. When somebody calls your line, I call you too.
    Keep notifications on for this chat: they show who is calling before you answer.
newcomer = You have no telephone line yet. Open @{ $bot } to set one up.
refused-characters = This cannot be dialled: it has characters that no number has, such as < > " ; or a second line.
callback-is-on = Callback mode is on: I call you, then the number.
callback-is-off = Callback mode is off: send a number, then call me.

## Answers to presses

toast-not-your-call = not your call
toast-call-over = The call is over
toast-done = done
toast-expired = This question has expired
toast-try-again = Please try again
toast-not-answered-yet = Nobody has answered yet: Reconnect works during a talk. To give up, hang up or press Cancel.
toast-keys-while-away = You are not on the line now: the key was not sent. Reconnect rings you again.
toast-cannot-ring = Telegram does not let me call you now. Press 📞 to continue.
toast-recording-locked = Recorded by order of the owner
toast-recording-used-up = The recording limit of this call is used up
