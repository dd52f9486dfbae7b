"""What the page about the analytics says around its figures."""

from typing import Final

BEFORE: Final = """
# Analytics: what the figures are worth

This page is written by `classpulse bench docs --faces FOLDER`; do not edit it. Every figure comes
from lectures whose truth is known because they are simulated, shown through the shipped model's
real answers to real held-out faces (*face replay*). Ranges are 90 % intervals by resampling
lectures. A simulation is not a classroom: it says how the model's errors and the rules work
together, and nothing about whether people who look sad are sad.
"""

MOOD: Final = """
## Class mood

Thirty students over five minutes. Each student sticks with one look and repeats K faces of it,
which is the hardest case and the one that published figures were measured on; *looks mixed* lets
every student show most looks, with a fifth of the variance between students. Besides sad, the class
is mostly neutral. Missing data is 40 % of the students' time, a third of it whole students. The
truth is what those seen then showed, so at a share of 2 % most classes have nobody or one who looks
sad. Errors are in points of the sad share.

A student's own mean first, then the class's, then the known confusion M of the model is taken out
(probabilistic adjusted counting). *Bias with exact M* is the same with M measured on the very faces
that are replayed: the difference to *bias* is what the faces M was measured on cannot tell of the
faces it is used on, a large part of what is missed here. More faces to measure M on,
unseen in training, would help most; what then remains is the estimate's own pull to the middle
looks at few faces. Intervals allow for the sampling of M only as far as chance goes: faces, rooms
and cameras unlike the test set's are not in them.
"""

FLAGS: Final = """
## Check-ins

Hour-long lectures of thirty, K = 5 faces a student and look. A third of them have no episode, the
others two or four of 10 to 25 minutes, each of another student; besides, students laugh, walk away,
pause and drop out. Inside an episode 85 % of the time is sad-looking, outside about 5 %. A flag is
right if it is raised inside an episode; an episode is found if one is; delay is from its onset.
*Clear* faces are those on which at least half of the FER+ raters agree with the label. Each kind
has lectures of its own, and flags of the other kind in them are counted among the flags an hour.
*Asked first*: half of the students answer a private question within a minute, nine in ten of them
truthfully; a no is respected, and silence lets the flag stand after two minutes. *Disengaged* is
judged on simulated heads and eyes; its figures say nothing about real head pose.
"""

METHOD: Final = """
## How thresholds were chosen

On PublicTest faces only, on 60 to 80 lectures a setting: most of them with an earlier model that
was right on 61 % of its faces, and the last with M from every second face of PublicTest and
lectures from the others (`--tuning`). Nothing was chosen on PrivateTest.
"""

THRESHOLDS: Final = (
    ("step of the sticky model", "30 s", "looks last some seconds; a short step counts one twice"),
    ("spread between students", ".3 ordinary, .4 sad", "what means of five faces spread by"),
    ("noise of a step", ".45", ".4 raised more wrong flags, .55 missed more episodes"),
    ("onsets; length of an episode", ".06 an hour; 17.5 min", "half the onsets changed nothing"),
    ("sure enough; for how long", ".9; 2 min", ".8 is as good; 3 min cost a minute of delay"),
    ("all-lecture clause", "mean .65 over 30 min", "at .5 it raised two in three wrong flags"),
    ("weight of other looks", ".2", "at 0 figures are better, and an angry face scores as sad"),
)
"""What was chosen, and what was seen that decided it."""

FRONTIER: Final = """
The rule before this one (a discounted Beta-Bernoulli on the posterior of sad alone, the all-lecture
clause at .5) had with that earlier model, on PublicTest lectures, precision .54 and recall .95 on
clear faces and .36 and .76 on all; this one had .94 and .95, and .81 and .88. Most of the gain is
that the sticky model knows a student whose ordinary face is misread from one who has changed.
"""

AFTER: Final = """
## What these figures do not say

- Each student's five faces come from five people. One person's face may vary less, and be misread
  for longer.
- The sticky model expects onsets and episodes as rare and as long as these lectures have them. On
  other lectures it will be less sure of itself.
- The earlier lecture of *with a baseline* shows the same faces. Another day's light will help less.
- A student who looks afraid for ten minutes scores nearly like one who looks sad, because the model
  confuses the two; nobody in these lectures does.
- M comes from the faces on which the model's training was also stopped, so it is a little too
  kind; `bias` shows what that and chance make together.
- K is 5 in the intervals. Where a student in truth shows more faces, intervals are too wide and
  hold the truth more often than they say.

## Files for `--replay`

A CSV in UTF-8 with a header. Columns: `person` (any text); `time` (seconds from 0 in that person's
session; left out in a bank of single faces); `state` (one of the seven looks, `disengaged` or
`away`); and either all of `angry disgust fear happy sad surprise neutral` (the model's posterior,
empty where no face was seen) or none. A row holds until the person's next, for a minute at most.

- *Bank* (no `time`): each row is a face of the look `state`, at least three of each.
- *Sequence with posteriors*: played as it is, thirty people to a class in the file's order. Without
  `state` the truth is unknown, and only flags an hour are given.
- *Sequence of states*: shown through faces of the model card's bank.
"""
