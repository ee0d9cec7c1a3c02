"""The reply templates of §6 of the rules as an installation first gets them. Afterwards they are the desk's own data.

One block per template: code, `auto` when the desk sends it by itself, titles, then the text in both languages.
`{number}` and its like are filled in by `tickets.services.wording`; a line whose value is not known is left out of
automatic mail, and stands with an ellipsis in a text that a person still reads over.
"""

from typing import Any

TEXTS = """
R01 auto | We have received your request | Мы получили ваше обращение
Hello.

We have received your request. Its number is {number}.
An operator is reading it now and will answer in person.

Follow it here: {link}
=
Здравствуйте.

Мы получили ваше обращение. Его номер {number}.
Оператор уже читает его и ответит вам сам.

Следить за ним можно здесь: {link}
%
R02 | Operator's first reply | Первый ответ оператора
Hello, my name is {engineer}. I have taken your request {number}.

I am looking at it now and write by {next_update_at} what I have found.
=
Здравствуйте, меня зовут {engineer}. Я взял в работу ваше обращение {number}.

Уже смотрю, в чём дело, и до {next_update_at} напишу, что выяснилось.
%
R03 | Possible incident detected by monitoring | Возможная авария по данным мониторинга
Hello.

Our monitoring sees trouble with {service}. We are checking it already; you need do nothing.
We write by {next_update_at}, sooner if we know more. Number: {number}.
=
Здравствуйте.

Мониторинг показывает неполадку: {service}. Мы уже проверяем, от вас ничего не нужно.
Напишем до {next_update_at} или раньше, если узнаем больше. Номер {number}.
%
R04 | Incident confirmed | Авария подтверждена
Hello.

We confirm an incident: {service}. Priority {priority}. We are restoring the service.
The next message comes by {next_update_at}.
=
Здравствуйте.

Подтверждаем аварию: {service}. Приоритет {priority}. Восстанавливаем работу.
Следующее сообщение до {next_update_at}.
%
R05 | In progress, next update at … | Работы идут, следующее сообщение в …
The work on {number} goes on. Done so far: …
The next message comes by {next_update_at}, even if there is nothing new.
=
Работы по обращению {number} идут. Что уже сделано: …
Следующее сообщение до {next_update_at}, даже если новостей не будет.
%
R06 auto | Handed to a senior operator | Передано старшему оператору
Hello.

A senior operator (line 2) has taken over your request {number}. Everything you have told us is with them.
Planned to be solved by {due}.

{link}
=
Здравствуйте.

Ваше обращение {number} передано старшему оператору (2-я линия). Всё, что вы рассказали, у него перед глазами.
Планируем решить до {due}.

{link}
%
R07 auto | Handed to an engineer | Передано инженеру
Hello.

An engineer (line 3) has taken over your request {number}. Everything you have told us is with them.
Planned to be solved by {due}.

{link}
=
Здравствуйте.

Ваше обращение {number} передано инженеру (3-я линия). Всё, что вы рассказали, у него перед глазами.
Планируем решить до {due}.

{link}
%
R08 | Invitation to the working group (video) | Приглашение в рабочую группу (видеосвязь)
Hello.

Our working group on {number} meets by video, and you are welcome to join: {link}
We have these questions for you: …
=
Здравствуйте.

Рабочая группа по обращению {number} собирается по видеосвязи, присоединяйтесь: {link}
Вопросы к вам: …
%
R09 | We need information from you | Нужна информация от вас
To go on with {number} we need to know: …

Answer to this message; as soon as we have it, the work continues.
=
Чтобы продолжить по обращению {number}, нам нужно знать: …

Ответьте на это сообщение, и мы сразу продолжим.
%
R10 auto | Reminder: we are waiting for your answer | Напоминание: ждём вашего ответа
Hello.

We are waiting for your answer on request {number}.
Without it we cannot go on. If all is well already, tell us so in one word.

Answer here or by mail: {link}
=
Здравствуйте.

Мы ждём вашего ответа по обращению {number}.
Без него мы не можем продолжить. Если всё уже в порядке, напишите об этом одним словом.

Ответить можно здесь или письмом: {link}
%
R11 auto | Closed without your answer | Решено без ответа клиента
Hello.

We have asked twice and heard nothing, so we count request {number} as solved.
If something is still wrong, just answer: it opens again at once.

{link}
=
Здравствуйте.

Мы дважды напоминали и не получили ответа, поэтому считаем обращение {number} решённым.
Если что-то не так, просто ответьте: оно сразу откроется снова.

{link}
%
R12 | Waiting for the vendor, expected … | Ждём поставщика, срок …
The cause lies with a supplier of ours; we have opened a case there and press for it.
They promise an answer by …. We write to you by {next_update_at} in any case.
=
Причина на стороне нашего поставщика; мы открыли у него заявку и торопим его.
Ответ обещан до …. Вам мы в любом случае напишем до {next_update_at}.
%
R13 | Maintenance window to be agreed | Согласование окна работ
For {number} we propose to work from … to …. Meanwhile {service} will not be available for up to … minutes.
Does this time suit you? Answer "yes", or name another.
=
По обращению {number} предлагаем окно работ с … до …. В это время {service} будет недоступен до … минут.
Подходит ли это время? Ответьте «да» или предложите другое.
%
R14 auto | Works have begun | Работы начались
Hello.

The works agreed on under {number} have begun. We write when they are finished.

{link}
=
Здравствуйте.

Согласованные работы по обращению {number} начались. Напишем, когда закончим.

{link}
%
R15 | Please authorise the change | Подтвердите изменение (уполномоченное лицо)
{number} changes your configuration: …
By contract an authorised person has to agree. Please confirm in an answer, or name who can.
=
Обращение {number} меняет вашу конфигурацию: …
По договору это подтверждает уполномоченное лицо. Подтвердите, пожалуйста, ответным сообщением или назовите, кто может.
%
R16 | Requester is not authorised | Нет полномочий на изменение
We may not make this change at your word: in the contract other people are named for it.
Ask one of them to confirm it; until then {number} waits.
=
Мы не можем выполнить это изменение по вашей просьбе: по договору его заказывают другие люди.
Попросите кого-то из них подтвердить; до этого {number} ждёт.
%
R17 | Solved: please check | Решено — проверьте, пожалуйста
It is done: …

Please check. If something is still wrong, just answer: {number} opens again at once.
=
Готово: …

Проверьте, пожалуйста. Если что-то не так, просто ответьте: {number} сразу откроется снова.
%
R18 | Workaround applied | Применено временное решение
{service} works again by a workaround: …
We go on with the lasting solution and write by {next_update_at}.
=
{service} снова работает благодаря временному решению: …
Постоянное решение готовим, напишем до {next_update_at}.
%
R19 auto | Closed: how did we do? | Обращение закрыто, оцените нас
Hello.

Request {number} is closed. How did we do? One click is enough: {link}
If it comes back within a week, just answer this message.
=
Здравствуйте.

Обращение {number} закрыто. Как мы справились? Достаточно одного нажатия: {link}
Если вопрос возникнет снова в течение недели, просто ответьте на это сообщение.
%
R20 auto | Opened again | Обращение возобновлено
Hello.

Request {number} is open again, and we are at it.

{link}
=
Здравствуйте.

Обращение {number} снова открыто, мы им занимаемся.

{link}
%
R21 auto | A new request instead of the closed one | Создано новое обращение вместо закрытого
Hello.

The earlier request has been closed for long, so we go on under a new number: {number}.
An operator sees the whole earlier story.

{link}
=
Здравствуйте.

Прежнее обращение давно закрыто, поэтому продолжаем под новым номером: {number}.
Оператор видит всю прежнюю историю.

{link}
%
R22 auto | Requests joined | Обращения объединены
Hello.

Request {number} is about the same matter as {survivor}: we have joined them and go on under {survivor}.
You need not write again.
=
Здравствуйте.

Обращение {number} о том же, что и {survivor}: мы объединили их и продолжаем под номером {survivor}.
Писать ещё раз не нужно.
%
R23 auto | Priority changed | Приоритет изменён
Hello.

The priority of request {number} is now {priority}. Planned to be solved by {due}.

{link}
=
Здравствуйте.

Приоритет обращения {number} теперь {priority}. Планируем решить до {due}.

{link}
%
R24 | Major incident | Массовая авария
A major incident touches several customers: …
It is being worked on by everybody we have. The next message comes by {next_update_at}.
=
Массовая авария, затронуты несколько клиентов: …
Работают все силы дежурной смены. Следующее сообщение до {next_update_at}.
%
R25 | Post-incident report | Отчёт о причинах аварии
What happened, when, and to whom: …
Why: …
What we have done so that it does not happen again: …
=
Что произошло, когда и у кого: …
Почему: …
Что мы сделали, чтобы это не повторилось: …
%
R26 | Apology for a missed deadline | Извинение за нарушение срока и что сделано
We were late with {number}, and we are sorry. It was due by {due}.
Why it happened: …
What we have changed: …
=
Мы опоздали с обращением {number}, приносим извинения. Срок был {due}.
Почему так вышло: …
Что мы изменили: …
%
R27 | Out of scope: answer and options | Вопрос вне договора: ответ и варианты
This is outside our contract, but here is what we can say: …
If you wish, we can do it for you on these terms: …
=
Этот вопрос выходит за рамки договора, но вот что мы можем подсказать: …
Если хотите, выполним эту работу на таких условиях: …
%
R28 | False alarm, or it has recovered | Ложное срабатывание / восстановилось само
We have checked: {service} works. The alarm was caused by …
You need do nothing; we keep watching.
=
Мы проверили: {service} работает. Срабатывание вызвано тем, что …
От вас ничего не нужно, мы продолжаем наблюдать.
%
R29 auto | We missed your call and call back | Пропустили ваш звонок, перезваниваем
Hello.

We missed your call and call back within five minutes. Its number is {number}.
If it is more convenient, just write here.
=
Здравствуйте.

Мы пропустили ваш звонок и перезвоним в течение пяти минут. Его номер {number}.
Если удобнее, просто напишите здесь.
%
R30 | Refusal with grounds | Отказ в выполнении с обоснованием
We cannot do what you ask for in {number}, because …
What we can do instead: …
=
Мы не можем выполнить просьбу по обращению {number}, потому что …
Что можем сделать взамен: …
%
R31 auto | How satisfied are you with us? | Насколько вы нами довольны?
Hello.

Once a year we ask how our support has served you. It takes two minutes: {link}
=
Здравствуйте.

Раз в год мы спрашиваем, как работает для вас наша поддержка. Это займёт две минуты: {link}
%
R32 auto | Monthly service-level report | Ежемесячный отчёт об уровне услуг
Hello.

The report on the service level of the past month is ready: {link}
=
Здравствуйте.

Отчёт об уровне услуг за прошедший месяц готов: {link}
"""


def template_rows() -> list[dict[str, Any]]:
    """The templates as rows of `ReplyTemplate`."""
    return [_row(block.strip()) for block in TEXTS.split("\n%\n")]


def _row(block: str) -> dict[str, Any]:
    head, _line, texts = block.partition("\n")
    first, title_en, title_ru = (part.strip() for part in head.split("|"))
    code, _blank, kind = first.partition(" ")
    text_en, _mark, text_ru = texts.partition("\n=\n")
    return {
        "code": code,
        "is_automatic": kind == "auto",
        "title_en": title_en,
        "title_ru": title_ru,
        "text_en": text_en.strip(),
        "text_ru": text_ru.strip(),
    }
