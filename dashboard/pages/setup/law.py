"""The step of the policy: what the law of a region says, in plain words, and what that leaves."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from contract import Policy
from dashboard.components import ids, parts
from dashboard.i18n import Said, mark, text, wording


class Region(StrEnum):
    """Where a school's students are, as far as the law about inferring emotions differs."""

    EU = "eu"
    UK = "uk"
    INDIA = "india"
    US = "us"
    ELSEWHERE = "elsewhere"


REGION: Final = Said(
    {
        Region.EU: mark("In the European Union, or some of them are"),
        Region.UK: mark("In the United Kingdom"),
        Region.INDIA: mark("In India"),
        Region.US: mark("In the United States"),
        Region.ELSEWHERE: mark("Elsewhere"),
    }
)

LAW: Final = Said(
    {
        Region.EU: mark(
            "The EU's AI Act (Art. 5(1)(f), since 2 February 2025) forbids inferring the emotions "
            "of people in education, save for medical or safety reasons. No agreement of students "
            "or parents changes that. So only self-report is offered here."
        ),
        Region.UK: mark(
            "The Information Commissioner warns against analysing emotions: it is immature, and "
            "may discriminate. Ask your data protection officer before you choose anything but "
            "self-report."
        ),
        Region.INDIA: mark(
            "The Digital Personal Data Protection Act (s. 9) asks for the verifiable consent of a "
            "parent of everybody under 18. A name that a student types is no such proof."
        ),
        Region.US: mark(
            "FERPA covers what a school keeps of its students, COPPA children under 13, and some "
            "states' biometric acts ask for written consent first. Ask your counsel which apply."
        ),
        Region.ELSEWHERE: mark(
            "Find out what your law says of inferring emotions, of biometric data and of minors, "
            "and ask whoever looks after data protection in your school."
        ),
    }
)

PLAIN: Final = Said(
    {
        Policy.SELF_REPORT: mark(
            "No camera at all. Students tap how it goes, and the teacher sees how many said what."
        ),
        Policy.AGGREGATE: mark(
            "Students' own devices look at their faces and send numbers, never pictures. The "
            "teacher sees the class as a whole, and never one student."
        ),
        Policy.INDIVIDUAL: mark(
            "As before, and each student may choose to be seen: then the teacher sees their row, "
            "and is told when a word with them might help."
        ),
    }
)


def offered(region: Region) -> Sequence[Policy]:
    """The policies that a region leaves, the most careful one first."""
    if region is Region.EU:
        return (Policy.SELF_REPORT,)
    return (Policy.SELF_REPORT, Policy.AGGREGATE, Policy.INDIVIDUAL)


def policy_step() -> Any:
    """The step; what a region's law says appears once one is chosen."""
    return parts.card(
        html.P(
            text(
                "The policy decides what anybody may be shown. It holds for everybody, it can be "
                "changed later, and without one no lecture can start."
            )
        ),
        html.Div(
            [
                dmc.RadioGroup(
                    id=ids.SET_UP_REGION,
                    label=text("Where are your students?"),
                    children=dmc.Stack(
                        [dmc.Radio(value=one.value, label=REGION[one]) for one in Region],
                        gap="xs",
                        mt="xs",
                    ),
                ),
                html.Div(id=ids.SET_UP_LAW, role="status", className="cp-form"),
            ],
            className="cp-form",
        ),
        title=text("Policy of the school"),
    )


def said(region: Region) -> Any:
    """What the law says there, and the choice that it leaves."""
    choice = offered(region)
    radios = [
        dmc.Radio(value=one.value, label=wording.POLICY_NAME[one], description=PLAIN[one])
        for one in choice
    ]
    return [
        html.P([LAW[region], " ", text("This is not legal advice.")], className="cp-notice-warn"),
        dmc.RadioGroup(
            id=ids.SET_UP_POLICY,
            label=text("Policy of the school"),
            value=Policy.SELF_REPORT.value,
            children=dmc.Stack(radios, gap="sm", mt="xs"),
        ),
        dmc.Checkbox(
            id=ids.SET_UP_CHECKED,
            label=text(
                "For anything but self-report: I have made sure that our law allows it, and that "
                "students and parents are asked."
            ),
            checked=False,
        )
        if len(choice) > 1
        # The callback reads it whatever is offered.
        else dcc.Store(id=ids.SET_UP_CHECKED),
        html.Div(dmc.Button(text("Go on"), id=ids.SET_UP_POLICY_BUTTON)),
    ]
