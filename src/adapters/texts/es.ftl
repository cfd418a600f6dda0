### Los textos de la conversación con la cuenta que llama.
### $party es un número, seguido del nombre si se conoce; $line es el nombre de una línea.

## Botones

button-cancel = Cancelar
button-redial = Volver a llamar
button-lines = Líneas
button-callback-on = Activar devolución de llamada
button-callback-off = Desactivar devolución de llamada
button-call-word = Llamar a { $word }
button-recording-start = 🔴 Iniciar grabación
button-recording-stop = 🟥 Detener grabación
button-recording-locked = 🔒 Grabación obligatoria
button-recording-pending = ⌛ Detener grabación
button-recording-failed = ⚠️ Iniciar grabación
button-reconnect = 🔄 Reconectar
button-transfer = Transferir
button-switch = Alternar
button-decline = Rechazar
button-end = Colgar
button-settings = Abrir los ajustes

## Comunes

hidden-number = Número oculto
minutes = { $count } min
seconds = { $count } s

## Llamadas salientes

calling-you =
    { $party }
    Te estoy llamando. Contesta y te comunico.
press-to-call = Pulsa 📞 para llamar a { $party }
offer-expired =
    { $party }
    No se marcó: no llamaste.
not-dialled-cancelled =
    { $party }
    Cancelada, no se marcó.
not-dialled-replaced =
    { $party }
    No se marcó: enviaste otro número.
not-dialled-incoming-call =
    { $party }
    No se marcó: te están llamando.
not-answered =
    { $party }
    No contestaste, no se marcó.
not-connected-peer-fault =
    { $party }
    Tu aplicación de Telegram falló, no se marcó.
not-connected-connection-lost =
    { $party }
    Se perdió la conexión contigo, no se marcó.
not-connected-flood =
    { $party }
    Telegram no me deja llamar ahora, no se marcó. Inténtalo más tarde.
not-connected-internal-fault =
    { $party }
    Fallo del servicio, no se marcó.
not-connected-shutdown =
    { $party }
    El servicio se reinicia, no se marcó.
dialled-dialling =
    { $party }
    Llamando por { $line }.
dialled-talking =
    { $party }
    En comunicación, por { $line }.
line-question = ¿Desde qué línea quieres llamar a { $number }?
line-question-expired =
    { $number }
    No se marcó: pasó el tiempo para elegir línea.
line-question-replaced =
    { $number }
    No se marcó: enviaste otro número.
line-question-cancelled =
    { $number }
    Cancelada, no se marcó.
line-question-answered =
    { $number }
    Línea elegida: { $line }.
confirm-word = ¿Marcar «{ $word }»?
emergency =
    { $number }: esto no es un servicio de emergencias y no informa a nadie de dónde estás.
    Si hay peligro, llama desde un teléfono.

## Cómo terminó la llamada: primero el resultado, después el número; la nota va debajo

outcome-answered = Contestada { $talked }
outcome-missed = Perdida
outcome-declined = Rechazada
outcome-answered-elsewhere = Contestada en otro lugar
outcome-cancelled = Cancelada
outcome-connection-lost = Conexión perdida
outcome-own-fault = Tu aplicación de Telegram falló
outcome-peer-fault = Fallo del teléfono del otro lado
outcome-internal-fault = Fallo del servicio
outcome-shutdown = Terminada: el servicio se reinicia
note-connection-lost = Se perdió la conexión.
note-peer-fault = Falló el teléfono del otro lado.
note-internal-fault = Terminada por un fallo del servicio.
note-shutdown = Terminada: el servicio se reinicia.

## Después de una llamada con mal sonido

poor-sound-user =
    Mal sonido · { $party }
    Entre tú y Telegram se perdió el { $loss } % del sonido, fluctuación { $jitter } ms, calidad aproximada { $mos } de 5. Una red mejor ayuda.
poor-sound-party =
    Mal sonido · { $party }
    Del lado del teléfono se perdió el { $loss } % del sonido, fluctuación { $jitter } ms, calidad aproximada { $mos } de 5.

## Ninguna línea para la llamada

no-lines = No hay líneas para la llamada
line-off = { $line }: desactivada
line-registering = { $line }: aún sin registrar
line-unreachable = { $line }: la centralita no responde
line-refused = { $line }: sin registrar ({ $reply })
line-filtered = { $line }: filtrada por la regla { $rule } ({ $text })
line-empty = { $line }: el número quedó vacío
line-tooLong = { $line }: el número quedó demasiado largo
line-limit = { $line }: { $error }

## Teclado y grabación

panel-closed =
    { $party }
    La llamada ha terminado.
recording-caption-owner =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Grabación automática
recording-caption-user =
    { $party } · { $line }
    { $date }, { $time } UTC · { $length }
    Grabación manual
recording-piece-missing = La grabación se interrumpió: falta una parte.
recording-limit = La grabación se detuvo: el plan permite { $limit } por llamada.
recording-failed =
    { $party }
    Falló la grabación: { $reason }
recording-undeliverable =
    { $party }
    No se pudo entregar la grabación: { $reason }
recorder-disk-full = el disco está lleno
recorder-disk-slow = el disco es demasiado lento
recorder-no-directory = no hay carpeta configurada para las grabaciones
recorder-directory-missing = la carpeta de las grabaciones no existe
recorder-directory-closed = no se puede escribir en la carpeta de las grabaciones
recorder-no-call = esa llamada ya no existe
recorder-disk = no se puede escribir la grabación ({ $code })
recorder-internal = un fallo del servicio
delivery-blocked = el usuario ha bloqueado la cuenta que llama
delivery-blocked-by-us = la cuenta que llama ha bloqueado al usuario
delivery-privacy = los ajustes de privacidad del usuario no lo permiten
delivery-no-audio = en esta conversación no se permiten audios
delivery-no-files = en esta conversación no se permiten archivos
delivery-first-contact = Telegram no permite que la cuenta que llama escriba primero
delivery-unknown-user = la cuenta que llama no conoce al usuario
delivery-user-gone = la cuenta del usuario se eliminó
delivery-chat-gone = el chat ya no existe
delivery-not-member = el bot no es miembro del chat
delivery-no-rights = el bot no puede enviar archivos allí
delivery-wait = Telegram pide esperar
delivery-unreachable = no se pudo contactar con Telegram
delivery-file-gone = el archivo ya no está
delivery-refused = Telegram lo rechazó: { $words }
delivery-file = no se puede leer el archivo ({ $words })
delivery-internal = un fallo del servicio

## Segunda llamada

parallel-waiting =
    Te llama: { $other }
    En línea: { $current }
parallel-early =
    Te llama: { $other }
    Llamando a: { $current }
parallel-ringing =
    Llamando a: { $other }
    En línea: { $current }
parallel-listening =
    Llamando a: { $current }
    En espera: { $other }
parallel-answered =
    Contestó y está en espera: { $other }
    En línea: { $current }
parallel-held =
    En línea: { $current }
    En espera: { $other }
held-hung-up =
    { $held } colgó.
    Sigues hablando con { $current }.
transferred =
    { $first } y { $second } están en comunicación.
    Has salido de la llamada.
transferred-ringing =
    Llamando a { $second } para { $first }.
    Has salido de la llamada.
transfer-failed-ringing =
    No se pudo transferir a { $second }: { $why }
    { $first } está esperando, te llamo de nuevo.
transfer-failed-waiting =
    No se pudo transferir a { $second }: { $why }
    { $first } te está esperando.
transfer-failed-ended =
    No se pudo transferir a { $second }: { $why }
    No he podido devolverte a { $first }: esa llamada también ha terminado.
held-by-party = { $party } te ha puesto en espera.
taken-back = { $party } ha retomado la llamada.
third-number = Ya tienes dos llamadas. Termina antes una de ellas.

## Reconexión

reconnecting-lost = Se perdió la conexión.
reconnecting-ringing = Te llamo para seguir hablando con { $party }
reconnecting-waiting = Pulsa 📞 para seguir hablando con { $party }
not-restored-expired =
    { $party }
    No se recuperó la conexión.
not-restored-too-often =
    { $party }
    La conexión se perdió demasiadas veces y la llamada terminó.
number-while-reconnecting = No se marcó: { $party } te está esperando. Vuelve a la llamada o termínala antes.

## Rechazos

error-380 = 380 Devolución de llamada restringida
error-402-settings = 402 La línea tiene ajustes fuera del plan
error-402-duration = 402 Se agotó el tiempo de llamadas
error-402-failures = 402 Demasiadas llamadas fallidas
error-408 = 408 Sin respuesta
error-480 = 480 No disponible temporalmente
error-486 = 486 Ocupado
error-503 = 503 Demasiadas solicitudes (reintenta en { $wait })
not-in-plan-call-switching = Tu plan no incluye una segunda llamada.
call-time-up =
    { $party }
    La llamada terminó: el plan permite { $limit } por llamada.
one-call-at-a-time = Ya estás en una llamada. Termínala antes.
other-worker = No se marca por «{ $line }»: tienes una llamada por una línea de otro nodo. Termínala antes.
too-late = Esto llegó cuando no había conexión. Para llamar, envía el número otra vez.
restarting = El servicio se está reiniciando. Prueba de nuevo en un minuto.

## Consejos

privacy-hint =
    Tus ajustes de privacidad no me dejan llamarte.
    En Telegram abre Ajustes → Privacidad y seguridad → Llamadas y permite las de todos, o añádeme en «Permitir siempre».
privacy-hint-first =
    Para ponerte en comunicación, te llamo. Si la llamada no llega, permítela:
    en Telegram abre Ajustes → Privacidad y seguridad → Llamadas y permite las de todos, o añádeme en «Permitir siempre».
send-number-first = Primero envía un número y después llama.
send-number-first-missed =
    Primero envía un número y después llama.
    Tienes una llamada perdida: { $party }
what-to-send = Envíame un número de teléfono, una dirección SIP como bob@example.org o un contacto. Yo lo marco.
welcome =
    Envíame un número de teléfono, una dirección SIP o un contacto: te llamo y te comunico. Cuando alguien llame a tu línea, también te llamo.
    Deja activadas las notificaciones de este chat: muestran quién llama antes de contestar.
newcomer = Aún no tienes línea telefónica. Configúrala en @{ $bot }.
refused-characters = Esto no se puede marcar: tiene caracteres que ningún número lleva, como < > " ; o una segunda línea.
callback-is-on = Devolución de llamada activada: te llamo a ti y luego al número.
callback-is-off = Devolución de llamada desactivada: envía un número y llámame.

## Respuestas a las pulsaciones

toast-not-your-call = Esta llamada no es tuya
toast-call-over = La llamada ha terminado
toast-done = Ya está hecho
toast-expired = La pregunta ha caducado
toast-try-again = Inténtalo de nuevo
toast-not-answered-yet = Aún no han contestado: la reconexión funciona durante la conversación. Para dejarlo, cuelga o pulsa Cancelar.
toast-keys-while-away = Ahora no estás en la línea: la tecla no se ha enviado. Pulsa Reconectar y te llamamos de nuevo.
toast-cannot-ring = Telegram no me deja llamarle ahora. Pulse 📞 para continuar.
toast-recording-locked = Se graba por orden del titular de la línea
toast-recording-used-up = Se agotó el límite de grabación de esta llamada
