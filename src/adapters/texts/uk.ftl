### Слова листування з акаунтом, який телефонує. Імена й номери не відмінюються, тому стоять після двокрапки або окремо.
### $party — номер, за ним ім’я, якщо відоме; $line — назва лінії.

## Кнопки

button-cancel = Скасувати
button-redial = Передзвонити
button-lines = Лінії
button-callback-on = Увімкнути зворотний дзвінок
button-callback-off = Вимкнути зворотний дзвінок
button-call-word = Подзвонити: { $word }
button-recording-start = 🔴 Почати запис
button-recording-stop = 🟥 Зупинити запис
button-recording-locked = 🔒 Запис обов’язковий
button-recording-pending = ⌛ Зупинити запис
button-recording-failed = ⚠️ Почати запис
button-reconnect = 🔄 Підключитися знову
button-transfer = З’єднати
button-switch = Перемкнути
button-decline = Відхилити
button-end = Завершити
button-settings = Відкрити налаштування

## Спільне

hidden-number = Номер приховано
minutes = { $count } хв
seconds = { $count } с

## Вихідні

calling-you =
    { $party }
    Дзвоню вам. Візьміть слухавку, і я з’єднаю.
press-to-call = Натисніть 📞, щоб подзвонити: { $party }
offer-expired =
    { $party }
    Номер не набрано: ви не подзвонили.
not-dialled-cancelled =
    { $party }
    Скасовано, номер не набрано.
not-dialled-replaced =
    { $party }
    Номер не набрано: ви надіслали інший.
not-dialled-incoming-call =
    { $party }
    Номер не набрано: вам дзвонять.
not-answered =
    { $party }
    Ви не взяли слухавку, номер не набрано.
not-connected-peer-fault =
    { $party }
    Збій у вашому застосунку Telegram, номер не набрано.
not-connected-connection-lost =
    { $party }
    Зв’язок із вами перервався, номер не набрано.
not-connected-flood =
    { $party }
    Telegram зараз не дає мені дзвонити, номер не набрано. Спробуйте пізніше.
not-connected-internal-fault =
    { $party }
    Помилка сервісу, номер не набрано.
not-connected-shutdown =
    { $party }
    Сервіс перезапускається, номер не набрано.
dialled-dialling =
    { $party }
    Набираю, лінія: { $line }
dialled-talking =
    { $party }
    На зв’язку, лінія: { $line }
line-question = З якої лінії подзвонити на { $number }?
line-question-expired =
    { $number }
    Номер не набрано: час вибору лінії минув.
line-question-replaced =
    { $number }
    Номер не набрано: ви надіслали інший.
line-question-cancelled =
    { $number }
    Скасовано, номер не набрано.
line-question-answered =
    { $number }
    Вибрано лінію { $line }.
confirm-word = Набрати «{ $word }»?
emergency =
    { $number }: це не служба порятунку, і ваше місцеперебування нікому не передається.
    У небезпеці дзвоніть із телефона.

## Чим закінчився дзвінок: спершу підсумок, за ним номер; пояснення рядком нижче

outcome-answered = Розмова { $talked }
outcome-missed = Пропущений
outcome-declined = Відхилено
outcome-answered-elsewhere = Відповіли деінде
outcome-cancelled = Скасовано
outcome-connection-lost = Зв’язок втрачено
outcome-own-fault = Збій у вашому застосунку Telegram
outcome-peer-fault = Збій на боці співрозмовника
outcome-internal-fault = Збій сервісу
outcome-shutdown = Перервано: сервіс перезапускається
note-connection-lost = Зв’язок обірвався.
note-peer-fault = Збій на боці співрозмовника.
note-internal-fault = Перервано через збій сервісу.
note-shutdown = Перервано: сервіс перезапускається.

## Після розмови з поганим звуком

poor-sound-user =
    Поганий звук · { $party }
    Між вами й Telegram втрачено { $loss } % звуку, джитер { $jitter } мс, якість близько { $mos } з 5. Допоможе краща мережа.
poor-sound-party =
    Поганий звук · { $party }
    На боці телефонної мережі втрачено { $loss } % звуку, джитер { $jitter } мс, якість близько { $mos } з 5.

## Немає лінії для дзвінка

no-lines = Немає ліній для дзвінка
line-off = { $line }: вимкнена
line-registering = { $line }: ще не зареєстрована
line-unreachable = { $line }: АТС не відповідає
line-refused = { $line }: не зареєстрована ({ $reply })
line-filtered = { $line }: не пропустило правило { $rule } ({ $text })
line-empty = { $line }: після правил від номера нічого не лишилося
line-tooLong = { $line }: після правил номер задовгий
line-limit = { $line }: { $error }

## Клавіші й запис

panel-closed =
    { $party }
    Дзвінок завершено.
recording-caption-owner =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Записано автоматично
recording-caption-user =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Запис увімкнено вручну
recording-piece-missing = Запис перервався: частини бракує.
recording-limit = Запис зупинено: тариф дозволяє { $limit } на дзвінок.
recording-failed =
    { $party }
    Запис не вдався: { $reason }
recording-undeliverable =
    { $party }
    Не вдалося доставити запис: { $reason }
recorder-disk-full = диск переповнено
recorder-disk-slow = диск не встигає записувати
recorder-no-directory = теку для записів не задано
recorder-directory-missing = теки для записів немає
recorder-directory-closed = у теку для записів не можна писати
recorder-no-call = такого дзвінка вже немає
recorder-disk = запис не зберігається ({ $code })
recorder-internal = помилка сервісу
delivery-blocked = користувач заблокував акаунт для дзвінків
delivery-blocked-by-us = акаунт для дзвінків заблокував користувача
delivery-privacy = цього не дозволяють налаштування приватності користувача
delivery-no-audio = у цій розмові заборонено аудіофайли
delivery-no-files = у цій розмові заборонено файли
delivery-first-contact = Telegram забороняє акаунту для дзвінків писати першим
delivery-unknown-user = користувач невідомий акаунту для дзвінків
delivery-user-gone = акаунт користувача видалено
delivery-chat-gone = цього чату більше немає
delivery-not-member = бота немає в цьому чаті
delivery-no-rights = боту не можна надсилати туди файли
delivery-wait = Telegram просить зачекати
delivery-unreachable = немає зв’язку з Telegram
delivery-file-gone = файлу більше немає
delivery-refused = Telegram відмовив: { $words }
delivery-file = файл не читається ({ $words })
delivery-internal = помилка сервісу

## Другий дзвінок

parallel-waiting =
    Вам дзвонить: { $other }
    На лінії: { $current }
parallel-early =
    Вам дзвонить: { $other }
    Набираю: { $current }
parallel-ringing =
    Набираю: { $other }
    На лінії: { $current }
parallel-listening =
    Набираю: { $current }
    На утриманні: { $other }
parallel-answered =
    Відповіли й чекають на утриманні: { $other }
    На лінії: { $current }
parallel-held =
    На лінії: { $current }
    На утриманні: { $other }
held-hung-up =
    На утриманні поклали слухавку: { $held }
    Розмова триває: { $current }
transferred =
    З’єднано: { $first } і { $second }
    Ви вийшли з розмови.
transferred-ringing =
    З’єдную: { $first } → { $second }
    Ви вийшли з розмови.
transfer-failed-ringing =
    { $second }: з’єднати не вдалося ({ $why })
    На вас чекає { $first }, передзвонюю вам.
transfer-failed-waiting =
    { $second }: з’єднати не вдалося ({ $why })
    На вас чекає { $first }.
transfer-failed-ended =
    { $second }: з’єднати не вдалося ({ $why })
    Повернути вам співрозмовника { $first } не вдалося: цей дзвінок теж завершено.
held-by-party = Вас поставили на утримання: { $party }
taken-back = Вас зняли з утримання: { $party }
third-number = У вас уже два дзвінки. Спершу завершіть один із них.

## Повернення до розмови

reconnecting-lost = Зв’язок обірвався.
reconnecting-ringing = Дзвоню вам, щоб продовжити розмову: { $party }
reconnecting-waiting = Натисніть 📞, щоб продовжити розмову: { $party }
not-restored-expired =
    { $party }
    Зв’язок не відновлено.
not-restored-too-often =
    { $party }
    Зв’язок обривався надто часто, дзвінок завершено.
number-while-reconnecting = Номер не набрано: на вас чекає { $party }. Поверніться до розмови або спершу завершіть її.

## Відмови

error-380 = 380 Зворотний дзвінок заборонено
error-402-settings = 402 Налаштування лінії не входять до тарифу
error-402-duration = 402 Час розмов вичерпано
error-402-failures = 402 Забагато невдалих дзвінків
error-408 = 408 Немає відповіді
error-480 = 480 Тимчасово недоступний
error-486 = 486 Зайнято
error-503 = 503 Забагато запитів (спробуйте через { $wait })
not-in-plan-call-switching = Другий дзвінок не входить до вашого тарифу.
call-time-up =
    { $party }
    Дзвінок завершено: тариф дозволяє { $limit } на дзвінок.
one-call-at-a-time = Ви вже розмовляєте. Спершу завершіть дзвінок.
other-worker = «{ $line }» поки недоступна: у вас триває дзвінок через лінію іншого вузла. Спершу завершіть його.
too-late = Мене не було на зв’язку, коли ви це надіслали. Щоб подзвонити, надішліть номер ще раз.
restarting = Сервіс перезапускається. Спробуйте за хвилину.

## Підказки

privacy-hint =
    Налаштування приватності не дають мені вам подзвонити.
    У Telegram відкрийте «Налаштування» → «Приватність і безпека» → «Виклики» і дозвольте дзвінки всім або додайте мене до «Завжди дозволяти».
privacy-hint-first =
    Щоб з’єднати, я дзвоню вам. Якщо дзвінка немає, дозвольте його:
    у Telegram відкрийте «Налаштування» → «Приватність і безпека» → «Виклики» і дозвольте дзвінки всім або додайте мене до «Завжди дозволяти».
send-number-first = Спершу надішліть номер, потім дзвоніть.
send-number-first-missed =
    Спершу надішліть номер, потім дзвоніть.
    У вас пропущений: { $party }
what-to-send = Надішліть номер телефону, SIP-адресу на кшталт bob@example.org або контакт — я наберу.
welcome =
    Надішліть номер телефону, SIP-адресу або контакт: я подзвоню вам і з’єднаю. Коли подзвонять на вашу лінію, я теж подзвоню вам.
    Не вимикайте сповіщень цього чату: з них видно, хто дзвонить, ще до відповіді.
newcomer = У вас поки немає телефонної лінії. Налаштуйте її в @{ $bot }.
refused-characters = Це не можна набрати: тут є знаки, яких у номерах не буває, як-от < > " ; або другий рядок.
callback-is-on = Зворотний дзвінок увімкнено: спершу дзвоню вам, потім на номер.
callback-is-off = Зворотний дзвінок вимкнено: надішліть номер і подзвоніть мені.

## Відповіді на натискання

toast-not-your-call = Це не ваш дзвінок
toast-call-over = Дзвінок завершено
toast-done = Уже зроблено
toast-expired = Час вибору минув
toast-try-again = Спробуйте ще раз
toast-not-answered-yet = Вам ще не відповіли: перепідключення працює під час розмови. Щоб перервати виклик, покладіть слухавку або натисніть «Скасувати».
toast-keys-while-away = Ви зараз не на лінії: клавішу не надіслано. Натисніть «Підключитися знову», і вам знову зателефонують.
toast-cannot-ring = Telegram зараз не дає вам зателефонувати. Натисніть 📞, щоб продовжити.
toast-recording-locked = Запис увімкнув власник лінії
toast-recording-used-up = Ліміт запису цього дзвінка вичерпано
