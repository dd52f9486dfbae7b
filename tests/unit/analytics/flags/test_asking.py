from analytics.flags.asking import WAIT_S, Answer, dismissals, shown
from analytics.flags.check_ins import Dismissal
from analytics.flags.evidence import Clause, Episode, Evidence
from contract.flags import FlagKind

AT = 1_700_000_000
NOW = AT + 1000
SAD = FlagKind.SAD


def episode(cleared_at: int | None = None, who: str = "ana") -> Episode:
    evidence = Evidence(0.8, 300, 0.9, 0.95, 20.0, 0.9, Clause.RECENT)
    return Episode(who, SAD, AT, cleared_at, evidence)


def test_yes_shows_the_flag_at_once() -> None:
    (flag,) = shown([episode()], [Answer("ana", SAD, AT + 20, yes=True)], now=NOW)
    assert flag.raised_at == AT + 20
    assert flag.said_yes


def test_no_is_respected_and_brings_quiet() -> None:
    no = Answer("ana", SAD, AT + 20, yes=False)
    assert dismissals([no, Answer("ben", SAD, AT, yes=True)]) == [Dismissal("ana", SAD, AT + 20)]
    # What the dismissal does to the episode: it ends where the student said no.
    assert shown([episode(AT + 20)], [no], now=NOW) == []


def test_silence_shows_nothing_unless_the_school_says_so() -> None:
    assert shown([episode()], [], now=NOW) == []
    (flag,) = shown([episode()], [], now=NOW, wait_s=WAIT_S)
    assert (flag.raised_at, flag.said_yes) == (AT + WAIT_S, False)
    waiting = shown([episode()], [], now=AT + WAIT_S - 1, wait_s=WAIT_S)
    assert waiting == []
    over = shown([episode(AT + WAIT_S)], [], now=NOW, wait_s=WAIT_S)
    assert over == [], "over before it was due"


def test_a_no_that_comes_late_ends_what_is_shown() -> None:
    late = Answer("ana", SAD, AT + WAIT_S + 60, yes=False)
    (flag,) = shown([episode(late.at)], [late], now=NOW, wait_s=WAIT_S)
    assert (flag.raised_at, flag.cleared_at) == (AT + WAIT_S, late.at)


def test_an_answer_counts_for_its_own_student_kind_and_time() -> None:
    answers = [
        Answer("ben", SAD, AT + 5, yes=True),
        Answer("ana", FlagKind.DISENGAGED, AT + 5, yes=True),
        Answer("ana", SAD, AT - 5, yes=True),
    ]
    assert shown([episode()], answers, now=NOW) == []
    (flag,) = shown([episode()], answers, now=NOW, wait_s=WAIT_S)
    assert flag.raised_at == AT + WAIT_S
