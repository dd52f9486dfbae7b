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

Thirty students over five minutes. Each student sticks with one look and repeats K faces of it, as
the published figures have it (3.6 points at K = 5 and 2.0 at K = 20, with a model that was right on
69.2 % of PrivateTest and M from PublicTest, and people who are all alike at rest). **Plain faces
differ between people** here: a third of their scatter is a student's own for good, which is what
ten raters see in it, too (FER+). Besides sad, the class is mostly neutral. Missing data
is 40 % of the students' time, a third of it whole students. The truth is what those seen then
showed, so at a share of 2 % most classes have nobody or one who looks sad. Errors are in points of
the sad share.

The model's known confusion M alone tells a class's shares from its mean posterior, by inverting M
(probabilistic adjusted counting): right on average, but uncertain where looks are confused, and
only as good as the faces M was measured on. Each student's own mean tells more, because one who
sticks with a look is explained by few mixtures of looks. The shares here are those of the students'
mixtures, with the class's habits as their prior, begun at what M alone says
(`analytics/mood/estimate.py`). A student's plain face that is known from before takes the place
of everybody's (`analytics/mood/rest.py`); where it is not known, what people differ by is part of
how a student may look and of every interval. How much the mixtures have the word is read off the
class: where all students mix all looks, it is M's alone. The 90 % intervals are those of Beta
distributions with the estimate's variance, in which the sampling of M and of those it is used on is
counted, widened by what unknown plain faces may move; rooms and cameras unlike the test set's are
not in them. All its constants were chosen on PublicTest, with M from half of its faces and classes
of the other half.
"""

MOOD_KINDS: Final = """
*With other faces*: the faces replayed and those M was measured on are both drawn anew with
replacement, 24 times, and the range is what chance of faces does to the bias. Six hundred faces of
a look in either split leave a share of 40 % open by more than 1.5 points, so that a method which
learns the model's errors from one of them cannot promise that bias on the other. *Exact M* is as if
M had been measured on the very faces that are replayed: what is left is the method's own error, and
the rest of the bias is chance of faces, which only more faces unseen in training would lessen.

*Each student's rest known*: from five other plain faces of theirs, as an earlier lecture tells it.
*All alike at rest*: whoever shows a plain face shows any, as this page had it before.

*No face shared*: each face is shown by one student of a class alone, where a look has faces enough;
disgust, at one in a hundred, has not; there, too, all are alike at rest. *The other looks varied*:
angry, afraid, happy and surprised about as often as among the data set's faces. *Looks mixed*:
every student shows most looks, with a fifth of the variance between students; there students tell
nothing of their own, and M alone has the word.

Intervals expect K = 5, so that with more faces they are too wide and hold the truth more often than
they say, and with fewer too narrow: a student misread the same way on two faces out of two looks
certain. How many faces a student is worth cannot be read off a class; it was tried by likelihood,
which always preferred too many.
"""

FLAGS: Final = """
## Check-ins

Hour-long lectures of thirty, K = 5 faces a student and look. A third of them have no episode, the
others two or four of 10 to 25 minutes, each of another student: 1.7 an hour. Inside an episode a
student looks sad 85 % of the time, at other times 6 %, drawn anew for each student. **Looks come in
visits** of half a minute in the mean, inside and outside, so that an ordinary student looks sad for
a minute or two now and then; and one of the five faces is kept for four seconds in the mean,
because neighbouring seconds of one person are nearly one sample. Besides, students laugh, walk
away, pause and drop out. Visits and kept faces are what makes the task hard: with looks of six
seconds and a face drawn every second, as this page had it before, even counting labels was right
half of the time. Their lengths are those under which counting labels and the older rule do about as
badly as the project's own earlier measurement of such lectures has it.

A flag is right if it is raised inside an episode; an episode is found if one is; delay is from its
onset. *Clear* faces are those on which at least half of the FER+ raters see the look that most of
them see, which is the truth here. Each kind has lectures of its own, and flags of the other kind in
them are counted among the flags an hour. **All rules are judged on the same lectures with the same
model.** *Disengaged* is judged on simulated heads and eyes; its figures say nothing about real head
pose.

- *Naive*: more than 60 % of the last minute's labels are sad; at the same flags an hour it has the
  threshold that comes nearest. No student is named twice within ten minutes.
- *Beta*: the discounted Beta-Bernoulli on the posterior of sad alone that this rule replaced.
- *Asked first*: half of the students answer a private question within a minute, nine in ten of them
  truthfully. Only a yes is shown, as the product does it; *silence shows* lets a flag stand after
  two minutes without an answer, which the product does not do.
- *Within three an hour*: what a school is given unless it sets another budget. Of these lectures'
  long episodes the rule alone finds nearly all and names few others, so a budget holds back what
  was right: recall and delay miss the targets, which are judged on the rule alone. [Real
  students](real-students.md#check-ins) has the other side of it.
- *No face shared*: each face is shown by one student of a lecture alone.
- *Baseline*: how the student looked in an hour before, with the same five faces, which is kind; or
  in ten seconds of looking at the screen at joining.
"""

COST: Final = """
## What it costs

Processor time of one core on the machine that wrote this page, by `classpulse bench cost`. A tick
lays out the lecture's buckets and computes class figures and check-ins; of check-ins only what is
new since three minutes is worked out, and all of it at the *first* tick after a start. The cost of
both is that of students times buckets, so that time for each stays about the same.
"""

BY_TRUTH: Final = """
### The same by FER2013's labels

What looks true above is what most of ten raters see. FER2013's label is one rater's; figures by it
are for comparison with published ones. The model answers each truth apart and has an M for each;
the rule is the one tuned for the crowd's.
"""

METHOD: Final = """
## How thresholds were chosen

By `classpulse bench tune --faces FOLDER --write`, on PublicTest faces only: M from every second
face, lectures from the others, then the other way round; a setting is worth what it is in the worse
half. What it chose is in the model's card with its date and data, and a new model is tuned by the
same command. It chooses only what depends on the model. What is expected
of episodes was set once, by hand, round and wider than the lectures above, and the table of classes
unlike them says what that costs. What is expected of people comes from the card as well: how the
means of five faces scatter around what M says. Nothing was chosen on PrivateTest.
"""

EXPECTED: Final = (
    ("onsets; length of an episode", "0.1 an hour and student; 15 min", "the lectures: .057; 17.5"),
    ("looks sad within, otherwise", "65 % or 95 %, 10 %", "the lectures: 85 %, 6 %"),
    ("a look lasts", "35 s", "the lectures: 30 s"),
    ("an ordinary face scores", "at most .6", "or somebody always sad would pass for ordinary"),
    ("sure for", "1 min", "as the older rule"),
    ("the window shown", "mean of .5 at least", "without it most were wrong on PublicTest"),
    ("weight of other looks", ".2", "at 0 figures are better, and an angry face scores as sad"),
)
"""What the rule expects of any model and class."""

AFTER: Final = """
## What these figures do not say

- Each student's five faces come from five people. One person's face may vary less, and be misread
  for longer.
- Visits of looks and kept faces are guesses of how people are; nobody's real hour is in them.
  `--replay` is there for those who have one.
- The hour before of *with a baseline* shows the same faces. Another day's light will help less.
- A student who looks afraid for ten minutes scores nearly like one who looks sad, because the model
  confuses the two; nobody in these lectures does.
- M comes from the faces on which the model's training was also stopped, so it is a little too
  kind; `bias` shows what that and chance make together.

## Files for `--replay`

A CSV in UTF-8 with a header. Columns: `person` (any text); `time` (seconds from 0 in that person's
session; left out in a bank of single faces); `state` (one of the seven looks, `disengaged` or
`away`); and either all of `angry disgust fear happy sad surprise neutral` (the model's posterior,
empty where no face was seen) or none. A row holds until the person's next, for a minute at most.

- *Bank* (no `time`): each row is a face of the look `state`, at least three of each.
- *Sequence with posteriors*: played as it is, thirty people to a class in the file's order. Without
  `state` the truth is unknown, and only flags an hour are given.
- *Sequence of states*: shown through faces of the model card's bank.

Without `--faces` and `--replay` the benches play the card's own bank, for machines without data;
the card's M was measured on those faces, so figures flatter.
"""
