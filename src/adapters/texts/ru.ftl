### Слова переписки с аккаунтом, который звонит. Имена и номера не склоняются, поэтому стоят после двоеточия или отдельно.
### $party — номер, за ним имя, если известно; $line — название линии.

## Кнопки

button-cancel = Отмена
button-redial = Перезвонить
button-lines = Линии
button-callback-on = Включить обратный звонок
button-callback-off = Выключить обратный звонок
button-call-word = Позвонить: { $word }
button-recording-start = 🔴 Начать запись
button-recording-stop = 🟥 Остановить запись
button-recording-locked = 🔒 Запись обязательна
button-recording-pending = ⌛ Остановить запись
button-recording-failed = ⚠️ Начать запись
button-reconnect = 🔄 Подключиться снова
button-transfer = Соединить
button-switch = Переключить
button-decline = Отклонить
button-end = Завершить
button-settings = Открыть настройки

## Общее

hidden-number = Номер скрыт
minutes = { $count } мин
seconds = { $count } с

## Исходящие

calling-you =
    { $party }
    Звоню вам. Ответьте, и я соединю.
press-to-call = Нажмите 📞, чтобы позвонить: { $party }
offer-expired =
    { $party }
    Номер не набран: вы не позвонили.
not-dialled-cancelled =
    { $party }
    Отменено, номер не набран.
not-dialled-replaced =
    { $party }
    Номер не набран: вы прислали другой.
not-dialled-incoming-call =
    { $party }
    Номер не набран: вам звонят.
not-answered =
    { $party }
    Вы не ответили, номер не набран.
not-connected-peer-fault =
    { $party }
    Сбой в вашем приложении Telegram, номер не набран.
not-connected-connection-lost =
    { $party }
    Связь с вами прервалась, номер не набран.
not-connected-flood =
    { $party }
    Telegram сейчас не даёт мне звонить, номер не набран. Попробуйте позже.
not-connected-internal-fault =
    { $party }
    Ошибка сервиса, номер не набран.
not-connected-shutdown =
    { $party }
    Сервис перезапускается, номер не набран.
dialled-dialling =
    { $party }
    Набираю, линия: { $line }
dialled-talking =
    { $party }
    На связи, линия: { $line }
line-question = С какой линии позвонить на { $number }?
line-question-expired =
    { $number }
    Номер не набран: время выбора линии вышло.
line-question-replaced =
    { $number }
    Номер не набран: вы прислали другой.
line-question-cancelled =
    { $number }
    Отменено, номер не набран.
line-question-answered =
    { $number }
    Выбрана линия { $line }.
confirm-word = Набрать «{ $word }»?
emergency =
    { $number }: это не служба спасения, и ваше местоположение никому не передаётся.
    В опасности звоните с телефона.

## Чем закончился звонок: сначала итог, за ним номер; пояснение строкой ниже

outcome-answered = Разговор { $talked }
outcome-missed = Пропущенный
outcome-declined = Отклонён
outcome-answered-elsewhere = Ответили в другом месте
outcome-cancelled = Отменён
outcome-connection-lost = Связь потеряна
outcome-own-fault = Сбой в вашем приложении Telegram
outcome-peer-fault = Сбой на стороне собеседника
outcome-internal-fault = Сбой сервиса
outcome-shutdown = Прерван: сервис перезапускается
note-connection-lost = Связь прервалась.
note-peer-fault = Сбой на стороне собеседника.
note-internal-fault = Прерван из-за сбоя сервиса.
note-shutdown = Прерван: сервис перезапускается.

## После разговора с плохим звуком

poor-sound-user =
    Плохой звук · { $party }
    Между вами и Telegram потеряно { $loss } % звука, джиттер { $jitter } мс, качество около { $mos } из 5. Поможет сеть получше.
poor-sound-party =
    Плохой звук · { $party }
    На стороне телефонной сети потеряно { $loss } % звука, джиттер { $jitter } мс, качество около { $mos } из 5.

## Нет линии для звонка

no-lines = Нет линий для звонка
line-off = { $line }: выключена
line-registering = { $line }: ещё не зарегистрирована
line-unreachable = { $line }: АТС не отвечает
line-refused = { $line }: не зарегистрирована ({ $reply })
line-filtered = { $line }: не пропустило правило { $rule } ({ $text })
line-empty = { $line }: после правил от номера ничего не осталось
line-tooLong = { $line }: после правил номер слишком длинный
line-limit = { $line }: { $error }

## Клавиши и запись

panel-closed =
    { $party }
    Звонок завершён.
recording-caption-owner =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Записано автоматически
recording-caption-user =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Запись включена вручную
recording-piece-missing = Запись прервалась: часть отсутствует.
recording-limit = Запись остановлена: тариф позволяет { $limit } на звонок.
recording-failed =
    { $party }
    Запись не удалась: { $reason }
recording-undeliverable =
    { $party }
    Не удалось доставить запись: { $reason }
recorder-disk-full = диск переполнен
recorder-disk-slow = диск не успевает записывать
recorder-no-directory = папка для записей не задана
recorder-directory-missing = папки для записей нет
recorder-directory-closed = в папку для записей нельзя писать
recorder-no-call = такого звонка уже нет
recorder-disk = запись не сохраняется ({ $code })
recorder-internal = ошибка сервиса
delivery-blocked = пользователь заблокировал аккаунт для звонков
delivery-blocked-by-us = аккаунт для звонков заблокировал пользователя
delivery-privacy = этого не разрешают настройки конфиденциальности пользователя
delivery-no-audio = в этой переписке запрещены аудиофайлы
delivery-no-files = в этой переписке запрещены файлы
delivery-first-contact = Telegram запрещает аккаунту для звонков писать первым
delivery-unknown-user = пользователь неизвестен аккаунту для звонков
delivery-user-gone = аккаунт пользователя удалён
delivery-chat-gone = этого чата больше нет
delivery-not-member = бота нет в этом чате
delivery-no-rights = боту нельзя отправлять туда файлы
delivery-wait = Telegram просит подождать
delivery-unreachable = нет связи с Telegram
delivery-file-gone = файла больше нет
delivery-refused = Telegram отказал: { $words }
delivery-file = файл не читается ({ $words })
delivery-internal = ошибка сервиса

## Второй звонок

parallel-waiting =
    Вам звонит: { $other }
    На линии: { $current }
parallel-early =
    Вам звонит: { $other }
    Набираю: { $current }
parallel-ringing =
    Набираю: { $other }
    На линии: { $current }
parallel-listening =
    Набираю: { $current }
    На удержании: { $other }
parallel-answered =
    Ответили и ждут на удержании: { $other }
    На линии: { $current }
parallel-held =
    На линии: { $current }
    На удержании: { $other }
held-hung-up =
    На удержании положили трубку: { $held }
    Разговор продолжается: { $current }
transferred =
    Соединены: { $first } и { $second }
    Вы вышли из разговора.
transferred-ringing =
    Соединяю: { $first } → { $second }
    Вы вышли из разговора.
transfer-failed-ringing =
    { $second }: соединить не удалось ({ $why })
    Вас ждёт { $first }, перезваниваю вам.
transfer-failed-waiting =
    { $second }: соединить не удалось ({ $why })
    Вас ждёт { $first }.
transfer-failed-ended =
    { $second }: соединить не удалось ({ $why })
    Вернуть вам собеседника { $first } не удалось: этот звонок тоже завершён.
held-by-party = Вас поставили на удержание: { $party }
taken-back = Вас сняли с удержания: { $party }
third-number = У вас уже два звонка. Сначала завершите один из них.

## Возвращение в разговор

reconnecting-lost = Связь прервалась.
reconnecting-ringing = Звоню вам, чтобы продолжить разговор: { $party }
reconnecting-waiting = Нажмите 📞, чтобы продолжить разговор: { $party }
not-restored-expired =
    { $party }
    Связь не восстановлена.
not-restored-too-often =
    { $party }
    Связь прерывалась слишком часто, звонок завершён.
number-while-reconnecting = Номер не набран: вас ждёт { $party }. Вернитесь в разговор или сначала завершите его.

## Отказы

error-380 = 380 Обратный звонок запрещён
error-402-settings = 402 Настройки линии не входят в тариф
error-402-duration = 402 Исчерпано время разговоров
error-402-failures = 402 Слишком много неудачных звонков
error-408 = 408 Нет ответа
error-480 = 480 Временно недоступен
error-486 = 486 Занято
error-503 = 503 Слишком много запросов (повторите через { $wait })
not-in-plan-call-switching = Второй звонок не входит в ваш тариф.
call-time-up =
    { $party }
    Звонок завершён: тариф позволяет { $limit } на звонок.
one-call-at-a-time = Вы уже разговариваете. Сначала завершите звонок.
other-worker = «{ $line }» пока недоступна: у вас идёт звонок через линию другого узла. Сначала завершите его.
too-late = Меня не было на связи, когда вы это прислали. Чтобы позвонить, пришлите номер ещё раз.
restarting = Сервис перезапускается. Попробуйте через минуту.

## Подсказки

privacy-hint =
    Настройки конфиденциальности не дают мне вам позвонить.
    В Telegram откройте «Настройки» → «Конфиденциальность» → «Звонки» и разрешите звонки всем или добавьте меня в «Всегда разрешать».
privacy-hint-first =
    Чтобы соединить, я звоню вам. Если звонка нет, разрешите его:
    в Telegram откройте «Настройки» → «Конфиденциальность» → «Звонки» и разрешите звонки всем или добавьте меня в «Всегда разрешать».
send-number-first = Сначала пришлите номер, потом звоните.
send-number-first-missed =
    Сначала пришлите номер, потом звоните.
    У вас пропущенный: { $party }
what-to-send = Пришлите номер телефона, SIP-адрес вроде bob@example.org или контакт — я наберу.
welcome =
    Пришлите номер телефона, SIP-адрес или контакт: я позвоню вам и соединю. Когда позвонят на вашу линию, я тоже позвоню вам.
    Не отключайте уведомления этого чата: по ним видно, кто звонит, ещё до ответа.
newcomer = У вас пока нет телефонной линии. Настройте её в @{ $bot }.
refused-characters = Это нельзя набрать: здесь есть знаки, которых в номерах не бывает, например < > " ; или вторая строка.
callback-is-on = Обратный звонок включён: сначала звоню вам, потом на номер.
callback-is-off = Обратный звонок выключен: пришлите номер и позвоните мне.

## Ответы на нажатия

toast-not-your-call = Это не ваш звонок
toast-call-over = Звонок завершён
toast-done = Уже сделано
toast-expired = Время выбора вышло
toast-try-again = Попробуйте ещё раз
toast-not-answered-yet = Вам ещё не ответили: переподключение работает во время разговора. Чтобы прервать вызов, положите трубку или нажмите «Отмена».
toast-keys-while-away = Вы сейчас не на линии: клавиша не отправлена. Нажмите «Подключиться снова», и вам снова позвонят.
toast-cannot-ring = Telegram сейчас не даёт вам позвонить. Нажмите 📞, чтобы продолжить.
toast-recording-locked = Запись включена владельцем линии
toast-recording-used-up = Лимит записи этого звонка исчерпан
