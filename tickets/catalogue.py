"""The catalogue of §4.2–§4.3 of the rules as data: code, line, change type, English and Russian names."""

from pathlib import Path
from typing import Any

CATEGORIES = """
EM.VM   1 - Virtual machine or host down | Недоступна ВМ или узел
EM.NET  2 - Network, channel, DDoS | Сеть, канал, DDoS
EM.STOR 2 - Storage, data loss | СХД, потеря данных
EM.DB   2 - Database down | СУБД недоступна
EM.APP  1 - Site or application down | Сайт или приложение недоступны
EM.PERF 2 - Severe degradation | Критическая деградация
EM.DC   3 - Power, cooling, site | Питание, охлаждение, площадка
EM.SEC  3 - Security incident | Инцидент информационной безопасности
EM.BKP  2 - Backup failed, urgent restore | Сбой копирования, срочное восстановление
EM.MON  1 - Alert, cause unknown | Сработка мониторинга
CR.RES  1 standard Resources of a virtual machine | Ресурсы ВМ
CR.VM   1 standard Create, clone or delete a virtual machine | Создать, клонировать, удалить ВМ
CR.NET  2 normal Firewall, NAT, VPN, VLAN | Межсетевой экран, NAT, VPN, VLAN
CR.DNS  1 standard DNS, PTR | DNS, PTR
CR.TLS  1 standard Certificate | Сертификат
CR.ACC  1 normal Access, keys, accounts | Доступы, ключи, учётные записи
CR.OS   2 normal Parameters of OS and software | Параметры ОС и ПО
CR.DB   2 normal Parameters of a database | Параметры СУБД
CR.MON  1 standard Add or tune monitoring | Настройка мониторинга
CR.BKP  2 standard Backup schedule | Расписание копий
CR.MIG  3 normal Migration | Миграция
MR.UPD  2 - Updates | Обновления
MR.RST  1 - Planned restart | Плановая перезагрузка
MR.BKP  2 - Restore a file or copy | Восстановление из копии
MR.HW   3 - Hardware replacement, remote hands | Замена оборудования, удалённые руки
MR.DIAG 2 - Check, diagnostics | Проверка, диагностика
MR.CLN  1 - Logs, disk clean-up | Журналы, очистка диска
MR.WIN  2 - Works in a window | Работы в окне
MR.AUD  2 - Audit of access or licences | Аудит доступов, лицензий
IR.HOW  1 - How to | Как сделать
IR.STAT 1 - Status of a request or service | Статус заявки или сервиса
IR.BILL 1 - Invoices, acts, tariffs | Счета, акты, тарифы
IR.REP  2 - Report, cause of an incident, statistics | Отчёт, причина аварии, статистика
IR.DOC  1 - Documents, certificates | Документы
IR.CAP  2 - Choice of configuration | Подбор конфигурации
IR.SLA  1 - Contract and SLA | Договор и SLA
OC.DEV  1 - Customer's own code | Код клиента
OC.3P   1 - Third-party service | Сторонний сервис
OC.GEN  1 - General advice | Общий вопрос
XX.SPAM 1 - Spam | Спам
XX.TEST 1 - Test | Проверка
XX.INT  1 - Internal task | Внутренняя задача
"""
NOT_IN_PORTAL = {"EM.MON", "XX.SPAM", "XX.TEST", "XX.INT"}
NEEDS_AUTHORISED = {"CR.ACC", "CR.VM", "CR.NET", "CR.OS", "CR.DB", "CR.MIG"}

# Rows are impact 1–4, columns urgency 1–3.
MATRIX = ((1, 1, 2), (1, 2, 3), (2, 3, 3), (3, 4, 4))


def category_rows() -> list[dict[str, object]]:
    """Field values of every category, in catalogue order."""
    rows: list[dict[str, object]] = []
    for position, line in enumerate(CATEGORIES.strip().splitlines(), start=1):
        code, default_line, change, names = line.split(maxsplit=3)
        english, russian = (name.strip() for name in names.split("|"))
        rows.append(
            {
                "code": code,
                "kind": code[:2],
                "default_line": int(default_line),
                "change_type": "" if change == "-" else change,
                "name_en": english,
                "name_ru": russian,
                "in_portal": code not in NOT_IN_PORTAL,
                "needs_authorised": code in NEEDS_AUTHORISED,
                "position": position * 10,
            }
        )
    return rows


def template_rows() -> list[dict[str, Any]]:
    """The reply templates of §6 as an installation first gets them; afterwards they are the desk's own data.

    One block per template, with a line ``%`` between them: code, `auto` when the desk sends it by itself, and the
    titles; then the English text, a line ``=``, the Russian one.
    """
    text = (Path(__file__).parent / "data" / "reply_templates.txt").read_text(encoding="utf-8")
    return [_template(block.strip()) for block in text.split("\n%\n")]


def _template(block: str) -> dict[str, Any]:
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
