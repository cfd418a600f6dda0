### The words of the settings bot. Labels of buttons are part of the product: they are exact in English.
### $name is a line's name, $person somebody's first name; both are written by people and stand alone where they can.

## Labels of buttons

label-name = Name
label-login = Login
label-password = Password
label-domain = Domain
label-proxy = Proxy
label-worker = Worker
label-templates = Settings templates
label-codecs = Audio Codecs
label-dtmf = DTMF Methods
label-rules = Dial Rules
label-recording = Call recording
label-recordings-chat = Chat for recordings
label-user = User
label-quiet = Quiet hours
label-apply = Apply
label-switch-on = Switch on
label-switch-off = Switch off
label-delete = Delete
label-transfer = Transfer
label-transfer-back = Transfer back
label-unlink = Unlink
label-back = Back
label-new = New
label-go-to-calls = Go to calls
label-select-user = Select user
label-select-chat = Select chat
label-select-channel = Select channel
label-take = Take
label-yes = Yes
label-no = No
label-test-call = Test call
label-export = Export
label-import = Import
label-try = Try a number
label-clear = Clear
label-auto = Auto
label-workers = Workers
label-language = Language

## Names of fields that have no button of their own

field-protocol = Protocol
field-template = Settings template

## The list of lines

lines-none = You have no line yet. Press New to make one.
lines-some = Your lines. Press one to see it.
lines-page = Your lines, { $from } to { $to } of { $count }. Press one to see it.
lines-dots = 🟢 registered · 🟡 registering or changes pending · 🔴 error · ⚪ off
lines-assigned = 👤 somebody else’s line
lines-callback-on = Callback mode is on: send a number to the chat account, it calls you and connects you.
lines-callback-off = Callback mode is off: send a number to the chat account, then call it.

## A line

state-draft = Draft: not switched on yet
state-off = Switched off
state-registering = Registering
state-reachable = Registered
state-refused = Not registered: { $reply }
state-unreachable = Not registered: the PBX does not answer ({ $detail })
state-limit = Refused by the plan: { $error }
registered-until = Registered until { $date }, { $time } UTC
pending = Pending changes: { $fields }
pending-until = They apply at { $time } UTC, or at once when you press Apply.
pending-draft-until = They apply at { $time } UTC, or at once when you press Apply. Then the line is switched on if Login, Password and Domain are there.
worker-auto-none = Worker: Auto
worker-auto = Worker: Auto, now { $worker } ({ $kind })
worker-fixed = Worker: { $worker } ({ $kind })
worker-gone = Worker: the chosen one is no longer there
worker-silent = ⚠️ The worker does not answer.
worker-until-then = Until then { $worker } carries the line.
worker-kind-official = official
worker-kind-shared = shared by another user
worker-kind-operator = run by an operator
worker-kind-private = private
template = Settings template: { $template }
template-fixes = Set by the template: { $fields }
user = User: { $person }
user-you = User: you
user-invited =
    Invited: { $person }. Until the invitation is opened calls go on ringing you. The link to pass on:
    { $link }
recordings-personal = Recordings come to the user’s conversation with the chat account.
recordings-chat-unnamed = Chat for recordings: a chosen one whose title is not known
recordings-chat = Chat for recordings: { $chat }
line-assigned = This line is somebody else’s; you call and are called through it.
line-former =
    { $name }
    You handed this line over. You can take it back until the new owner changes its password.

## Choices

templates-choose = Choose the settings of your operator or PBX. Login and Password stay as they are.
templates-none = There are no settings templates here.
workers-choose = Choose the worker that registers the line and carries its calls.
workers-all = Workers register lines and carry calls:
workers-none = There are no workers to choose from.
workers-auto = Auto takes one that works: your own first, never one shared by another user.
workers-marks = ✅ official · 🌐 shared by other users · 📡 run by an operator · 🔑 yours
workers-load = Load: ▰▱▱ low · ▰▰▱ medium · ▰▰▰ high · ⚠️ does not answer
workers-shared = Whoever runs a 🌐 worker can hear the calls on it.
and-more = …and { $count } more
languages = Choose the language.
recordings-choose = To choose another chat or channel, use the keys below the input field. Clear returns to the conversation with the chat account.

## Questions before something is done

sure-switch-off = Switch off { $name }?
sure-delete = Delete { $name }? This cannot be undone.
sure-calls = { $calls ->
    [one] { $calls } call is in progress on it. It goes on until somebody hangs up.
   *[other] { $calls } calls are in progress on it. They go on until somebody hangs up.
}
sure-template = Take the settings of { $template }? They replace what is filled in. Login and Password stay.

## Dial rules

rules-entered = Dial Rules, from left to right:
rule-replaces = { $number }. { $rule } — replaces
rule-filters = { $number }. { $rule } — filters
rules-wait = Until you press Apply, or for 5 minutes from the first change, calls use the old rules.
tried-number = Number: { $number }
tried-nothing-dialled = This was a try: nothing was dialled.
verdict-dial = Would be dialled: { $number }
verdict-filtered = The line is not usable for it: rule { $number } ({ $rule }) does not match.
verdict-empty = The line is not usable for it: the number became empty.
verdict-tooLong = The line is not usable for it: the number became too long.

## Questions for a value

example = Example: { $text }
example-name = Office
question-name = What shall the line be called? 1 to 32 characters.
question-login = The login of the account in the PBX: 1 to 128 characters without spaces.
question-password = The password of the account in the PBX: 1 to 128 characters. Your message with it is deleted after reading.
question-domain = The domain of the PBX: a host name, an IPv4 address, or an IPv6 address in [brackets]; a port may follow after a colon.
question-proxy = The address to contact instead of the domain: a host name, an IPv4 address, or an IPv6 address in [brackets]; a port may follow after a colon. A lone - clears it.
question-codecs = Codecs in order of preference, with commas: opus, alaw, mulaw, g722, gsm.
question-dtmf = Ways to send keys in order of preference, with commas: rfc2833, info, inband.
question-rules = Dial rules with spaces between them, at most 64 rules and 1000 characters. left=right replaces every match of left; a rule without = lets only numbers through that match it. A lone = clears the rules.
question-quiet = When nobody shall be rung: from and until, 00:00 to 23:59, and a time zone. A lone - clears it.
question-try = Send a number to see what the rules make of it. Nothing is dialled.
question-import = Send lines as text, the way Export gives them.
question-one-device = ⚠️ One login, one device: do not use the same login in another program or telephone at the same time, or incoming calls get lost. Make a separate account in the PBX for each device.
question-hint = In this template: { $hint }
question-now = Now: { $value }
question-answer = Your next message is the answer. Cancel or /cancel leaves everything as it is.

## Wrong answers

wrong-name = This cannot be the name: it has 1 to 32 characters.
wrong-login = This cannot be the login: it has 1 to 128 characters without spaces.
wrong-password = This cannot be the password: it has 1 to 128 characters on one line.
wrong-domain = This is no domain: it is a host name, an IPv4 address, or an IPv6 address in [brackets], and after a colon a port from 1 to 65535.
wrong-proxy = This is no address: it is a host name, an IPv4 address, or an IPv6 address in [brackets], and after a colon a port from 1 to 65535.
wrong-codecs = This is no list of codecs: their names stand in order of preference with commas, each once.
wrong-dtmf = This is no list of methods: rfc2833, info and inband stand in order of preference with commas, each once.
wrong-rules = These are no dial rules: they have spaces between them, at most 64 rules and 1000 characters.
wrong-quiet = These are no hours: from and until, 00:00 to 23:59, and a time zone.
wrong-rule =
    The rule { $rule } cannot be used. Character { $position } of the text:
    { $why }
wrong-codec = { $word } is no codec here. Codecs: { $known }.
wrong-private-address = { $host } is an address in our own network: the operator does not allow it.
wrong-unknown-host = { $host } was not found in the DNS.
wrong-number = This is no number that can be dialled.
wrong-import-unknown-key = Line { $line } of the text: there is no setting { $text }.
wrong-import-no-key = Line { $line } of the text: there is no setting in it.
wrong-import-wrong-value = Line { $line } of the text: this value cannot be used: { $text }
wrong-import-too-long = From line { $line } on the text is more than can be imported at once.
wrong-import-empty = There are no lines in this text.
wrong-import-plan = Line { $line } of the text is more than your plan allows: { $text }

## What a screen says above everything else

remark-wrong-parameters = Wrong parameters: { $fields }
remark-applied = The changes are applied. Calls in progress go on with the old settings.
remark-rules-discarded = The new dial rules are dropped.
remark-switched-on = The line is switched on.
remark-switched-off = The line is switched off.
remark-gave-up = The question is closed; nothing was changed.
remark-expired = This has expired; nothing was changed.
remark-try-again = This came too late and was not done. Please try again.
remark-not-yours = This line is not yours; nothing was changed.
remark-not-in-plan-recording = Recording is not in your plan.
remark-not-in-plan-assignment = Assigning lines to other people is not in your plan.
remark-not-in-plan-paid-workers = This worker is not in your plan.
remark-lines-limit = { $limit ->
    [one] Your plan allows { $limit } line; no other was made.
   *[other] Your plan allows { $limit } lines; no other was made.
}
remark-deleted = Deleted: { $name }
remark-imported = { $count ->
    [one] { $count } line was imported.
   *[other] { $count } lines were imported.
}
remark-chat-refused = { $chat } cannot take recordings, the old choice stays: { $reason }
remark-chat-chosen = Recordings will come to { $chat }.
remark-chat-chosen-unnamed = Recordings will come to the chosen chat.
remark-user-chosen = { $person } now talks through this line.
remark-user-invited =
    { $person } has to open this link first, or write to the chat account. Pass it on; it is valid for 7 days. Until then calls go on ringing you.
    { $link }
remark-offered = { $person } was offered the line; the offer is valid for 5 minutes.
remark-offered-by-link =
    The bot cannot write to { $person }. Pass this link on: the line changes hands when { $person } opens it. The offer is valid for 5 minutes; nothing changes before.
    { $link }
test-call-started = The line calls its own number; the chat account connects you as in any call. You hear a tone, then yourself. Press keys: after the call you see here how they arrived.
test-call-not-registered = No test call: the line is not registered.
test-call-busy = No test call: you are in a call.
test-call-assigned = No test call: somebody else talks through this line.
test-call-restarting = No test call: the service is being restarted. Try again in some minutes.

## Messages that stay

pick-user = Press Select user below the input field and choose who shall talk through the line. /cancel leaves it.
pick-new-owner = Press Select user below the input field and choose who shall own the line. /cancel leaves it.
pick-chat = Press Select chat or Select channel below the input field and choose where recordings shall come. This bot has to be a member there, and in a channel allowed to post. /cancel leaves it.
picked = The choice is closed.
password-stays = Your message with the password could not be deleted. Please delete it yourself.
invitation-accepted =
    You can now call and be called through this line: { $name }
    Send a number to the chat account.
invitation-write-first =
    Write anything to the chat account, so that it can call you.
    Then you call and are called through this line: { $name }
unassigned = You no longer call and are called through this line: { $name }
user-active =
    { $name }: { $person } has come.
    Calls on this line now ring there.
invitation-gone = This invitation is no longer valid. Ask the owner of the line for a new one.
hand-over-offer =
    { $person } wants to hand a line over to you: { $name }
    Take makes you its owner. The offer is valid for 5 minutes.
hand-over-taken =
    { $name }: { $person } is the owner now.
    You can take the line back until the new owner changes its password: /softphone
hand-over-undone = { $name }: { $person } has taken the line back.
hand-over-expired = This offer has expired; nothing was changed.
test-report = Test call: { $name }
test-report-codec = It came back from the PBX. Codec: { $codec }
test-report-silent = It came back from the PBX without sound.
test-report-keys = Keys that arrived: { $keys }
test-report-no-keys = No key arrived.
test-failed = It did not come back: no call arrived from the PBX.
test-failed-reply = It did not come back: the PBX said { $reply }.
operator-says = Message from the operator:

## Messages to an owner

registration-refused = { $name } is not registered: { $reply }
registration-unanswered = { $name } is not registered: the PBX does not answer ({ $detail })
registration-recovered = { $name } is registered again.
user-blocks = { $name }: calls do not ring. Who talks through this line has blocked the chat account.
user-privacy = { $name }: calls do not ring. The privacy settings of who talks through this line do not let the chat account call.
recording-not-stored = { $name }: a call could not be recorded: { $reason }
worker-down = Worker { $worker } does not answer.
worker-down-lines = Lines set to it: { $names }. They wait until it is back, or until you choose another one.
worker-back = Worker { $worker } answers again.
worker-back-lines = Its lines: { $names }
plan-limit = A limit of your plan is reached: { $error }
template-changed =
    { $name }: the settings template { $template } has changed.
    See whether the line still fits: /softphone

## Help

help =
    This bot sets up your telephone lines. A line is an account of a PBX or an operator; its calls come to you in Telegram.
    Make a line with New, fill in Login, Password and Domain, press Apply. Then send a number to the chat account: it connects you.
command-softphone = Your telephone lines
command-workers = Workers that carry calls
command-language = Language of the bot
command-help = What this bot does
command-cancel = Leave the open question

## Answers to presses

toast-out-of-date = This message is out of date
toast-not-yours = This is not yours

## Hosts, for the operator

label-refresh = Refresh
label-drain = Drain
label-resume = Resume
hosts-all = Hosts of this installation:
hosts-none = No host runs.
hosts-dots = 🟢 running · 🟡 draining · 🔴 does not answer
host-live = Running
host-draining = Draining: takes nothing new and gives away what is idle; the rest goes as calls end.
host-silent = ⚠️ Does not answer; what belongs to it has not been taken over yet.
host-since = Runs since { $date }, { $time } UTC
host-seen = Last seen { $date }, { $time } UTC
host-worker = Worker: { $worker }
host-version = Version: { $version }, run { $boot }
host-lines = { $count ->
    [one] { $count } line
   *[other] { $count } lines
}
host-calls = { $count ->
    [one] { $count } call
   *[other] { $count } calls
}
host-shards = { $count ->
    [one] { $count } shard
   *[other] { $count } shards
}
host-busy = Processors in use: { $percent } %
host-clock-behind = ⚠️ Its clock is { $seconds } s behind the database’s.
host-clock-ahead = ⚠️ Its clock is { $seconds } s ahead of the database’s.
