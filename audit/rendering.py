"""A report in words: three sentences first, then every check by name, then fingerprints; or the same as JSON. Pure."""

from audit.phrases import ENGLISH, say
from audit.phrases_flaws import greek_flaw
from audit.report import Check, Report, Status, Verdict
from crypto.election import SERVICE
from crypto.encoding import Json


def sentences(report: Report, language: str) -> list[str]:
    """Rules applied, verdict, result."""
    return [_rules(report, language), _verdict(report, language), _result(report, language)]


def render(report: Report, language: str) -> str:
    """The whole report, ending in a line feed."""
    lines = [*sentences(report, language), ""]
    lines += [_line(check, language) for check in report.checks]
    if report.facts:
        lines += ["", say(language, "facts")]
        lines += [f"  {say(language, f'fact.{name}')}: {value}" for name, value in report.facts.items()]
    return "\n".join(lines) + "\n"


def as_json(report: Report, language: str) -> dict[str, Json]:
    """Stable names and codes for programs, the sentences in the language asked for."""
    figures: dict[str, Json] = {} if report.council is None else {"council": {**report.council}}
    return {
        "verdict": report.verdict.name.lower(),
        "exit": int(report.verdict),
        "rules": _rules_name(report),
        "sentences": [*sentences(report, language)],
        "missing": [*report.missing],
        "registered": report.registered,
        "voted": report.voted,
        "result": None if report.result is None else [[*row] for row in report.result.counts],
        **figures,
        "facts": {**report.facts},
        "checks": [
            {
                "name": check.name,
                "status": {Status.PASS: "pass", Status.FAIL: "fail", Status.SKIPPED: "skipped"}[check.status],
                "code": check.code or None,
                "sentence": _flaw(check, language) or None,
                "place": None if check.place is None else {check.place.kind: check.place.number},
            }
            for check in report.checks
        ],
    }


def _rules_name(report: Report) -> str:
    if report.council is not None:
        return "council"
    if report.election is None:
        return "unknown"
    if not report.election.has_rules:
        return "foreign"
    if report.rehearsal_of is not None:
        return "rehearsal"
    return "service" if report.election.credentials == SERVICE else "ours"


def _rules(report: Report, language: str) -> str:
    return say(language, f"rules.{_rules_name(report)}", referendum=report.rehearsal_of or "")


def _verdict(report: Report, language: str) -> str:
    if report.verdict is Verdict.REFUSED:
        first = report.failures[0]
        key = "verdict.refused" if len(report.failures) == 1 else "verdict.refused_more"
        check = say(language, f"check.{first.name}")
        return say(language, key, check=check, code=first.code, count=len(report.failures))
    if report.missing == ["cancelled"]:
        return say(language, "verdict.cancelled")
    if report.missing:
        missing = ", ".join(say(language, f"missing.{name}") for name in report.missing)
        return say(language, "verdict.unfinished", missing=missing)
    return say(language, "verdict.verified")


def _result(report: Report, language: str) -> str:
    if report.council and not report.failures:
        return say(language, "result.council", **report.council)
    if report.result is None or report.election is None or report.failures:
        return say(language, "result.none")
    questions = []
    for question, counts in zip(report.election.questions, report.result.counts, strict=True):
        names = [*([say(language, "result.blank")] if question.blank else []), *question.answers]
        rows = ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
        questions.append(f"{question.question} {rows}.")
    head = say(language, "result.head", voted=report.voted or 0, registered=report.registered or 0)
    return head + " ".join(questions)


def _line(check: Check, language: str) -> str:
    line = f"{check.status.value:<4}  {check.name}: {say(language, f'check.{check.name}')}"
    if check.status is not Status.FAIL:
        return line
    return f"{line}\n      {check.code}: {_flaw(check, language)}"


def _flaw(check: Check, language: str) -> str:
    if check.status is not Status.FAIL:
        return ""
    place = "" if check.place is None else say(language, f"place.{check.place.kind}", number=check.place.number) + ": "
    return place + (check.sentence if language == ENGLISH else greek_flaw(check.code))
