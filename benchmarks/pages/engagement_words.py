"""How engaged a picture looks, step by step: what the page about the agent says of it."""

from capture_agent.perception.engagement import USUAL, VALUES


def engagement_section() -> str:
    """The section, its numbers from where the agent has them."""
    v, usual = VALUES, USUAL
    return f"""
## How engaged a picture looks

`attentive` of an observation is the mean, over the second's pictures with a face, of a probability
that the picture looks engaged. Before there was this rule it was the share of pictures with the
head within ±25° and ±20° of its habit and open eyes; on real listeners that told disengaged
pictures from engaged ones little better than a coin ([real students](real-students.md)). An
observation says which rule it is by: `attentive_rule` is 2 for this one, and 1, or left out, for
that of older agents, which are accepted and stay marked so. It says how a picture looks, not what
anybody thinks.

Every number stands once, in `capture_agent/perception/engagement.py`; the browser's agent has them
from there. `tests/golden/engagement.json` has the numbers, single faces and a sequence of pictures
with what comes out of each, for whatever else computes it; on a clip the browser's agent agrees
with the program ([how nearly](browser-agent.md)).

Of each picture with a face:

1. **Seen.** `yaw` and `pitch` in degrees; `eye_ratio`, the lids' distance over the eye's width;
   `mouth_ratio`, the distance of landmarks 13 and 14 over that of 78 and 308, in three dimensions
   (0 where the width is 0); `sad`, the model's probability; `presence`, how sure the landmarks are
   of a face. A picture whose points fit no head is left out.
2. **Habit**, learnt from this picture and those before it, never from later ones; the last
   {v.memory:,} pictures count. A quantile q of n values is the sorted value at place ⌊q·n⌋, the
   last at most. `yaw` and `pitch`: their medians (q = 0.5). `open_ratio`: the
   {v.open_quantile:g} quantile of the eye ratios of pictures whose yaw lies within
   {v.frontal:g}° of that median. `sad`: a running mean that begins at {v.usual_sad:g} with the
   weight of {v.rest_pictures} pictures: with each picture n grows by one, to {v.memory:,} at most,
   and the mean moves by (sad − mean) / n. All four take the picture in before it is judged.
3. **Blinks.** The lids that are judged are the upper median (place ⌊n/2⌋ of n) of the eye ratios of
   the pictures of the last {v.blink_s:g} s, this one among them: those less than {v.blink_s:g} s
   old. A picture without a face empties that list.
4. **Terms**, each held within its ends:
   - lids: ({v.lids_usual:g} − lids / max(open_ratio, {v.least_open:g})) / {v.lids_unit:g}, within
     {v.lids_least:g} and {v.lids_most:g};
   - head: √(((yaw − habit) / {v.yaw_unit:g})² + ((pitch − habit) / {v.pitch_unit:g})²), at most
     {v.pose_most:g};
   - expression: (sad − habit) / {v.sad_unit:g}, within {v.sad_least:g} and {v.sad_most:g};
   - yawn: (mouth_ratio − {v.yawn_from:g}) / {v.yawn_unit:g}, within 0 and {v.yawn_most:g};
   - cover: ({v.covered_from:g} − presence) / {v.covered_unit:g}, within 0 and {v.covered_most:g}.
5. **Probability.** 1 / (1 + exp({v.steepness:g} · (sum of the terms − {v.middle:g}))).

`eyes_open` is not smoothed: (eye_ratio / max(open_ratio, {v.least_open:g}) − 0.4) / 0.6, within 0
and 1. Of somebody of whom nothing is known the habit is yaw {usual.yaw:g}°, pitch
{usual.pitch:g}°, open ratio {usual.open_ratio:g} and sad {usual.sad:g}.

Weights are round and set by reasoning: a head's unit is where gaze at a screen ends, lids count
from where heavy ones are seen, and a face that looks sad is no disengaged one by that alone. The
mesh in use has no iris, so that gaze itself is not read; lids sink with it.
"""
