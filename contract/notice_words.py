"""The notice's sentences in each language; who changes one gives the notice a new version.

They stand here and not in a catalogue, for a student agrees to these very words.
"""

from dataclasses import dataclass
from typing import Final

from contract.languages import Language
from contract.policy import Policy


@dataclass(frozen=True, slots=True)
class Words:
    """The notice's parts in one language."""

    camera: str
    """what the agent does, wherever anything is inferred from faces"""
    room: str
    policy: dict[Policy, str]
    """what the teacher sees under each"""


WORDS: Final[dict[Language, Words]] = {
    Language.EN: Words(
        camera="""\
ClassPulse looks at your own camera on your own device and sends numbers, never pictures: \
how your face looks (seven expressions), whether a face is there, where the head is turned \
and how open the eyes are, once a second, while the lecture runs.

A face shows an expression, not a feeling. Nobody is graded by it.

You may pause or stop at any time, see everything that was sent, and delete it. \
Taking your agreement back stops the collection at once.""",
        room="""\
Your teacher may ask for a camera that sees the whole room, or the meeting's gallery view. It runs \
only if everybody who joined has chosen that below, and at least five faces are in view; it sends \
how they look, never whose they are. As soon as one of you takes that back, it stops.""",
        policy={
            Policy.INDIVIDUAL: """\
Your school shows the teacher the mood of the class. Only if you choose it below, your teacher \
also sees your own row and may be told to check in with you when you look sad or turned away \
for a long time.""",
            Policy.AGGREGATE: """\
Your school shows the teacher figures of the whole class only, never yours alone.""",
            Policy.SELF_REPORT: """\
Your school lets nothing be inferred from faces. No camera is used; you may answer a one-tap \
question about how the lecture goes.""",
        },
    ),
    Language.ES: Words(
        camera="""\
ClassPulse mira su propia cámara en su propio dispositivo y envía números, nunca imágenes: \
qué aspecto tiene su rostro (siete expresiones), si hay un rostro, hacia dónde gira la cabeza \
y cuán abiertos están los ojos, una vez por segundo, mientras dura la clase.

Un rostro muestra una expresión, no un sentimiento. A nadie se le califica por ello.

Puede hacer una pausa o detenerlo en cualquier momento, ver todo lo que se envió y borrarlo. \
Si retira su consentimiento, la recogida se detiene de inmediato.""",
        room="""\
Su docente puede pedir una cámara que vea toda el aula, o la vista de galería de la reunión. \
Funciona solo si todas las personas que se unieron lo han elegido abajo y hay al menos cinco \
rostros a la vista; envía qué aspecto tienen, nunca de quién son. En cuanto una de ellas lo \
retira, se detiene.""",
        policy={
            Policy.INDIVIDUAL: """\
Su centro muestra al docente el ánimo del grupo. Solo si usted lo elige abajo, su docente ve \
también su propia fila y puede recibir el aviso de hablar con usted cuando durante mucho tiempo \
tenga aspecto triste o mire a otra parte.""",
            Policy.AGGREGATE: """\
Su centro muestra al docente solo cifras de todo el grupo, nunca las suyas por separado.""",
            Policy.SELF_REPORT: """\
Su centro no permite inferir nada de los rostros. No se usa ninguna cámara; usted puede responder \
con un toque a una pregunta sobre cómo va la clase.""",
        },
    ),
    Language.HI: Words(
        camera="""\
ClassPulse आपके अपने डिवाइस पर आपका अपना कैमरा देखता है और केवल संख्याएँ भेजता है, तस्वीरें कभी नहीं: \
आपका चेहरा कैसा दिखता है (सात हाव-भाव), चेहरा सामने है या नहीं, सिर किस ओर मुड़ा है \
और आँखें कितनी खुली हैं, हर सेकंड एक बार, जब तक लेक्चर चलता है।

चेहरा हाव-भाव दिखाता है, भावना नहीं। इससे किसी को अंक नहीं दिए जाते।

आप कभी भी इसे थोड़ी देर रोक सकते हैं या बंद कर सकते हैं, जो कुछ भेजा गया उसे देख सकते हैं और मिटा सकते हैं। \
सहमति वापस लेते ही डेटा लेना तुरंत रुक जाता है।""",
        room="""\
आपके शिक्षक ऐसे कैमरे के लिए कह सकते हैं जो पूरा कमरा देखे, या मीटिंग का गैलरी दृश्य। यह तभी चलता है \
जब जुड़ने वाले सभी लोगों ने नीचे इसे चुना हो और कम से कम पाँच चेहरे सामने हों; यह भेजता है कि चेहरे कैसे \
दिखते हैं, यह कभी नहीं कि वे किसके हैं। आपमें से कोई एक भी इसे वापस ले, तो यह रुक जाता है।""",
        policy={
            Policy.INDIVIDUAL: """\
आपका विद्यालय शिक्षक को कक्षा का मिज़ाज दिखाता है। केवल आपके नीचे चुनने पर ही शिक्षक आपकी अपनी पंक्ति \
भी देखते हैं, और अगर आप लंबे समय तक उदास दिखें या दूसरी ओर मुड़े दिखें, तो उन्हें आपसे बात करने का \
सुझाव दिया जा सकता है।""",
            Policy.AGGREGATE: """\
आपका विद्यालय शिक्षक को केवल पूरी कक्षा के आँकड़े दिखाता है, केवल आपके कभी नहीं।""",
            Policy.SELF_REPORT: """\
आपका विद्यालय चेहरों से कुछ भी आँकने नहीं देता। किसी कैमरे का उपयोग नहीं होता; लेक्चर कैसा चल रहा है, \
इस सवाल का जवाब आप एक टैप से दे सकते हैं।""",
        },
    ),
}
