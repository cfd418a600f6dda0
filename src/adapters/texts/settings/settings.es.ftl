### Los textos del bot de ajustes.
### $name es el nombre de una línea; $person, el nombre de una persona.

## Botones

label-name = Nombre
label-login = Usuario SIP
label-password = Contraseña
label-domain = Dominio
label-proxy = Servidor proxy
label-worker = Nodo
label-templates = Plantillas de ajustes
label-codecs = Códecs de audio
label-dtmf = Métodos DTMF
label-rules = Reglas de marcado
label-recording = Grabar llamadas
label-recordings-chat = Chat de grabaciones
label-user = Usuario
label-quiet = No molestar
label-apply = Aplicar
label-switch-on = Activar
label-switch-off = Desactivar
label-delete = Eliminar
label-transfer = Ceder
label-transfer-back = Recuperar
label-unlink = Desvincular
label-back = Volver
label-new = Nueva línea
label-go-to-calls = Ir a las llamadas
label-select-user = Elegir usuario
label-select-chat = Elegir chat
label-select-channel = Elegir canal
label-take = Aceptar
label-yes = Sí
label-no = No
label-test-call = Llamada de prueba
label-export = Exportar
label-import = Importar
label-try = Probar un número
label-clear = Quitar
label-auto = Automático
label-workers = Nodos
label-language = Idioma

## Campos sin botón propio

field-protocol = Protocolo
field-template = Plantilla de ajustes

## Lista de líneas

lines-none = Aún no tienes líneas. Pulsa «Nueva línea» para crear la primera.
lines-some = Tus líneas. Pulsa una para abrirla.
lines-page = Tus líneas, de la { $from } a la { $to } de { $count }. Pulsa una para abrirla.
lines-dots = 🟢 registrada · 🟡 registrándose o con cambios pendientes · 🔴 error · ⚪ desactivada
lines-assigned = 👤 línea de otra persona
lines-callback-on = Devolución de llamada activada: envía un número a la cuenta que llama; te llamará y te pondrá en comunicación.
lines-callback-off = Devolución de llamada desactivada: envía un número a la cuenta que llama y después llámala.

## Una línea

state-draft = Borrador: aún sin activar
state-off = Desactivada
state-registering = Registrándose
state-reachable = Registrada
state-refused = Sin registrar: { $reply }
state-unreachable = Sin registrar: la centralita no responde ({ $detail })
state-limit = Fuera del plan: { $error }
registered-until = Registrada hasta el { $date }, { $time } UTC
pending = Cambios pendientes: { $fields }
pending-until = Se aplican a las { $time } UTC, o enseguida si pulsas «Aplicar».
pending-draft-until = Se aplican a las { $time } UTC, o enseguida si pulsas «Aplicar». Entonces la línea se activa si tiene usuario SIP, contraseña y dominio.
worker-auto-none = Nodo: automático
worker-auto = Nodo: automático, ahora { $worker } ({ $kind })
worker-fixed = Nodo: { $worker } ({ $kind })
worker-gone = Nodo: el elegido ya no existe
worker-silent = ⚠️ El nodo no responde.
worker-until-then = Hasta entonces la línea la lleva { $worker }.
worker-kind-official = oficial
worker-kind-shared = compartido por otro usuario
worker-kind-operator = de un operador
worker-kind-private = privado
template = Plantilla de ajustes: { $template }
template-fixes = Fijado por la plantilla: { $fields }
user = Usuario: { $person }
user-you = Usuario: tú
user-invited =
    Invitación pendiente: { $person }. Hasta que la abra, las llamadas te siguen llegando a ti. El enlace que puedes pasarle:
    { $link }
recordings-personal = Las grabaciones llegan a la conversación del usuario con la cuenta que llama.
recordings-chat-unnamed = Chat de grabaciones: elegido, título desconocido
recordings-chat = Chat de grabaciones: { $chat }
line-assigned = La línea es de otra persona; tú llamas y recibes llamadas por ella.
line-former =
    { $name }
    Cediste esta línea. Puedes recuperarla hasta que su nuevo titular cambie la contraseña.

## Listas para elegir

templates-choose = Elige los ajustes de tu operador o centralita. El usuario SIP y la contraseña no cambian.
templates-none = Aquí no hay plantillas de ajustes.
workers-choose = Elige el nodo que registra la línea y lleva sus llamadas.
workers-all = Los nodos registran las líneas y llevan las llamadas:
workers-none = No hay nodos para elegir.
workers-auto = «Automático» toma uno que funcione: primero los tuyos, nunca uno compartido por otro usuario.
workers-marks = ✅ oficial · 🌐 compartido por otros usuarios · 📡 de un operador · 🔑 tuyo
workers-load = Carga: ▰▱▱ baja · ▰▰▱ media · ▰▰▰ alta · ⚠️ no responde
workers-shared = Quien mantiene un nodo 🌐 puede oír las llamadas que pasan por él.
and-more = …y { $count } más
languages = Elige el idioma.
recordings-choose = Para elegir otro chat o canal, usa las teclas bajo el campo de texto. «Quitar» devuelve las grabaciones a la conversación con la cuenta que llama.

## Preguntas antes de actuar

sure-switch-off = ¿Desactivar { $name }?
sure-delete = ¿Eliminar { $name }? No se puede deshacer.
sure-calls = { $calls ->
    [one] Hay { $calls } llamada en curso. Sigue hasta que alguien cuelgue.
   *[other] Hay { $calls } llamadas en curso. Siguen hasta que alguien cuelgue.
}
sure-template = ¿Usar los ajustes de { $template }? Sustituyen lo que ya está puesto. El usuario SIP y la contraseña no cambian.

## Reglas de marcado

rules-entered = Reglas de marcado, de izquierda a derecha:
rule-replaces = { $number }. { $rule } — reemplaza
rule-filters = { $number }. { $rule } — filtra
rules-wait = Hasta que pulses «Aplicar», o durante 5 minutos desde el primer cambio, valen las reglas anteriores.
tried-number = Número: { $number }
tried-nothing-dialled = Era una prueba: no se marcó nada.
verdict-dial = Se marcaría: { $number }
verdict-filtered = La línea no sirve para él: no cumple la regla { $number } ({ $rule }).
verdict-empty = La línea no sirve para él: el número quedó vacío.
verdict-tooLong = La línea no sirve para él: el número quedó demasiado largo.

## Preguntas por un valor

example = Ejemplo: { $text }
example-name = Oficina
question-name = ¿Cómo se llamará la línea? De 1 a 32 caracteres.
question-login = El usuario de la cuenta en la centralita: de 1 a 128 caracteres sin espacios.
question-password = La contraseña de la cuenta en la centralita: de 1 a 128 caracteres. Tu mensaje con ella se borra después de leerlo.
question-domain = El dominio de la centralita: un nombre de host, una dirección IPv4 o una dirección IPv6 entre [corchetes]; puede seguir un puerto tras dos puntos.
question-proxy = La dirección a la que conectarse en lugar del dominio: un nombre de host, una dirección IPv4 o una dirección IPv6 entre [corchetes]; puede seguir un puerto tras dos puntos. Un solo - la borra.
question-codecs = Códecs por orden de preferencia, separados por comas: opus, alaw, mulaw, g722, gsm.
question-dtmf = Formas de enviar las teclas por orden de preferencia, separadas por comas: rfc2833, info, inband.
question-rules = Reglas de marcado separadas por espacios, como máximo 64 reglas y 1000 caracteres. Una regla a=b reemplaza por b todo lo que coincida con a; una regla sin = solo deja pasar los números que coinciden. Un solo = borra las reglas.
question-quiet = Cuándo no debe sonar ningún teléfono: desde y hasta, de 00:00 a 23:59, y una zona horaria. Un solo - lo borra.
question-try = Envía un número para ver qué hacen con él las reglas. No se marca nada.
question-import = Envía líneas como texto, tal como los da «Exportar».
question-one-device = ⚠️ Un usuario SIP, un dispositivo: no uses el mismo usuario a la vez en otro programa o teléfono, o se perderán llamadas entrantes. Crea en la centralita una cuenta aparte para cada dispositivo.
question-hint = Con esta plantilla: { $hint }
question-now = Ahora: { $value }
question-answer = Responde con tu próximo mensaje. «Cancelar» o /cancel lo deja todo como está.

## Respuestas equivocadas

wrong-name = Este nombre no sirve: debe tener de 1 a 32 caracteres.
wrong-login = Este usuario no sirve: debe tener de 1 a 128 caracteres sin espacios.
wrong-password = Esta contraseña no sirve: debe tener de 1 a 128 caracteres en una sola línea.
wrong-domain = Esto no es un dominio: debe ser un nombre de host, una dirección IPv4 o una dirección IPv6 entre [corchetes] y, tras dos puntos, un puerto de 1 a 65535.
wrong-proxy = Esto no es una dirección: debe ser un nombre de host, una dirección IPv4 o una dirección IPv6 entre [corchetes] y, tras dos puntos, un puerto de 1 a 65535.
wrong-codecs = Esto no es una lista de códecs: escribe sus nombres por orden de preferencia, separados por comas, cada uno una vez.
wrong-dtmf = Esto no es una lista de métodos: escribe rfc2833, info e inband por orden de preferencia, separados por comas, cada uno una vez.
wrong-rules = Esto no son reglas de marcado: van separadas por espacios, como máximo 64 reglas y 1000 caracteres.
wrong-quiet = Esto no es un horario: escribe desde y hasta, de 00:00 a 23:59, y una zona horaria.
wrong-rule =
    La regla { $rule } no se puede usar. Carácter { $position } del texto:
    { $why }
wrong-codec = { $word } no es un códec disponible. Hay: { $known }.
wrong-private-address = { $host } es una dirección de nuestra propia red; el operador del servicio no la permite.
wrong-unknown-host = { $host } no existe en el DNS.
wrong-number = Esto no es un número que se pueda marcar.
wrong-import-unknown-key = Línea { $line } del texto: no existe el ajuste { $text }.
wrong-import-no-key = Línea { $line } del texto: no contiene ningún ajuste.
wrong-import-wrong-value = Línea { $line } del texto: este valor no sirve: { $text }
wrong-import-too-long = Desde la línea { $line } el texto es más de lo que se puede importar de una vez.
wrong-import-empty = En este texto no hay ninguna línea telefónica.
wrong-import-plan = Línea { $line } del texto: es más de lo que permite tu plan: { $text }

## Lo que una pantalla dice primero

remark-wrong-parameters = Parámetros incorrectos: { $fields }
remark-applied = Cambios aplicados. Las llamadas en curso siguen con los ajustes anteriores.
remark-rules-discarded = Las nuevas reglas de marcado se descartaron.
remark-switched-on = La línea está activada.
remark-switched-off = La línea está desactivada.
remark-gave-up = La pregunta se cerró; no cambió nada.
remark-expired = Ya caducó; no cambió nada.
remark-try-again = Llegó demasiado tarde y no se hizo. Inténtalo de nuevo.
remark-not-yours = Esta línea no es tuya; no cambió nada.
remark-not-in-plan-recording = Tu plan no incluye grabación.
remark-not-in-plan-assignment = Tu plan no incluye asignar líneas a otras personas.
remark-not-in-plan-paid-workers = Tu plan no incluye este nodo.
remark-lines-limit = { $limit ->
    [one] Tu plan permite { $limit } línea; no se creó otra.
   *[other] Tu plan permite { $limit } líneas; no se creó otra.
}
remark-deleted = Línea eliminada: { $name }
remark-imported = { $count ->
    [one] Se importó { $count } línea.
   *[other] Se importaron { $count } líneas.
}
remark-chat-refused = { $chat } no puede recibir grabaciones, se mantiene la elección anterior: { $reason }
remark-chat-chosen = Las grabaciones llegarán a { $chat }.
remark-chat-chosen-unnamed = Las grabaciones llegarán al chat elegido.
remark-user-chosen = { $person } habla ahora por esta línea.
remark-user-invited =
    { $person } tiene que abrir antes este enlace o escribir a la cuenta que llama. Pásaselo; vale 7 días. Hasta entonces las llamadas te siguen llegando a ti.
    { $link }
remark-offered = Has ofrecido la línea a { $person }; la oferta vale 5 minutos.
remark-offered-by-link =
    El bot no puede escribir a { $person }. Pásale este enlace: la línea cambia de dueño cuando { $person } lo abra. La oferta vale 5 minutos; antes no cambia nada.
    { $link }
test-call-started = La línea llama a su propio número; la cuenta que llama te pone en comunicación como siempre. Oirás un tono y después a ti. Pulsa teclas: después de la llamada verás aquí cómo llegaron.
test-call-not-registered = No hay llamada de prueba: la línea no está registrada.
test-call-busy = No hay llamada de prueba: estás en una llamada.
test-call-assigned = No hay llamada de prueba: otra persona habla por esta línea.
test-call-restarting = No hay llamada de prueba: el servicio se está reiniciando. Inténtalo dentro de unos minutos.

## Mensajes que se quedan

pick-user = Pulsa «Elegir usuario» bajo el campo de texto y elige quién hablará por la línea. Para dejarlo, /cancel.
pick-new-owner = Pulsa «Elegir usuario» bajo el campo de texto y elige de quién será la línea. Para dejarlo, /cancel.
pick-chat = Pulsa «Elegir chat» o «Elegir canal» bajo el campo de texto y elige adónde llegarán las grabaciones. Este bot tiene que ser miembro y, en un canal, poder publicar. Para dejarlo, /cancel.
picked = Elección terminada.
password-stays = No se pudo borrar tu mensaje con la contraseña. Bórralo tú, por favor.
invitation-accepted =
    Ya puedes llamar y recibir llamadas por esta línea: { $name }
    Envía un número a la cuenta que llama.
invitation-write-first =
    Escribe cualquier cosa a la cuenta que llama, para que pueda llamarte.
    Entonces podrás llamar y recibir llamadas por esta línea: { $name }
unassigned = Ya no llamas ni recibes llamadas por esta línea: { $name }
user-active =
    { $name }: { $person } ha aceptado la invitación.
    Ahora las llamadas de esta línea le llegan allí.
invitation-gone = Esta invitación ya no vale. Pide otra a quien es titular de la línea.
hand-over-offer =
    { $person } quiere cederte una línea: { $name }
    Con «Aceptar» la línea será tuya. La oferta vale 5 minutos.
hand-over-taken =
    { $name }: la línea es ahora de { $person }.
    Puedes recuperarla hasta que su nuevo titular cambie la contraseña: /softphone
hand-over-undone = { $name }: { $person } ha recuperado la línea.
hand-over-expired = Esta oferta ha caducado; no cambió nada.
test-report = Llamada de prueba: { $name }
test-report-codec = Volvió de la centralita. Códec: { $codec }
test-report-silent = Volvió de la centralita sin sonido.
test-report-keys = Teclas que llegaron: { $keys }
test-report-no-keys = No llegó ninguna tecla.
test-failed = No volvió: de la centralita no llegó ninguna llamada.
test-failed-reply = No volvió: la centralita respondió { $reply }.
operator-says = Mensaje del operador del servicio:

## Mensajes a quien es titular

registration-refused = { $name } está sin registrar: { $reply }
registration-unanswered = { $name } está sin registrar: la centralita no responde ({ $detail })
registration-recovered = { $name } vuelve a estar registrada.
user-blocks = { $name }: las llamadas no suenan. Quien habla por esta línea ha bloqueado la cuenta que llama.
user-privacy = { $name }: las llamadas no suenan. Los ajustes de privacidad de quien habla por esta línea no permiten las llamadas de la cuenta que llama.
recording-not-stored = { $name }: no se pudo grabar una llamada: { $reason }
worker-down = El nodo { $worker } no responde.
worker-down-lines = Líneas que lo tienen elegido: { $names }. Esperan a que vuelva o a que elijas otro.
worker-back = El nodo { $worker } vuelve a responder.
worker-back-lines = Sus líneas: { $names }
plan-limit = Se alcanzó un límite de tu plan: { $error }
template-changed =
    { $name }: la plantilla de ajustes { $template } ha cambiado.
    Comprueba si la línea aún funciona: /softphone

## Ayuda

help =
    Este bot configura tus líneas telefónicas. Una línea es una cuenta de una centralita o de un operador; sus llamadas te llegan en Telegram.
    Crea una con «Nueva línea», rellena usuario SIP, contraseña y dominio, y pulsa «Aplicar». Después envía un número a la cuenta que llama y te pondrá en comunicación.
command-softphone = Tus líneas telefónicas
command-workers = Nodos que llevan las llamadas
command-language = Idioma del bot
command-help = Qué hace este bot
command-cancel = Cerrar la pregunta abierta

## Respuestas a las pulsaciones

toast-out-of-date = Este mensaje ya no está al día
toast-not-yours = Esto no es tuyo

## Servidores, para el operador

label-refresh = Actualizar
label-drain = Vaciar
label-resume = Reanudar
hosts-all = Servidores de esta instalación:
hosts-none = No hay ningún servidor en marcha.
hosts-dots = 🟢 en marcha · 🟡 vaciándose · 🔴 no responde
host-live = En marcha
host-draining = Vaciándose: no toma nada nuevo y cede lo que está libre; lo demás, cuando terminen las llamadas.
host-silent = ⚠️ No responde; nadie se ha hecho cargo aún de lo que era suyo.
host-since = En marcha desde el { $date }, { $time } UTC
host-seen = Visto por última vez el { $date }, { $time } UTC
host-worker = Nodo: { $worker }
host-version = Versión: { $version }, arranque { $boot }
host-lines = { $count ->
    [one] { $count } línea
   *[other] { $count } líneas
}
host-calls = { $count ->
    [one] { $count } llamada
   *[other] { $count } llamadas
}
host-shards = { $count ->
    [one] { $count } fragmento
   *[other] { $count } fragmentos
}
host-busy = Procesadores en uso: { $percent } %
host-clock-behind = ⚠️ Su reloj va { $seconds } s por detrás del de la base de datos.
host-clock-ahead = ⚠️ Su reloj va { $seconds } s por delante del de la base de datos.
