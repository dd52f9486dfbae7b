"""The notice says the same in every language, and no word of it changes under one version."""

from hashlib import sha256
from itertools import product

import pytest

from contract.languages import Language
from contract.notice import NOTICE_VERSION, notice_for, version_in
from contract.policy import Policy

AS_OF = "2026-11-21.2"
DIGESTS = {
    ("individual", "en"): "1bc1057219f745b8",
    ("individual", "es"): "1e804e1f78863869",
    ("individual", "hi"): "e575b737218efc6c",
    ("aggregate", "en"): "cc9c85b3b45c5db3",
    ("aggregate", "es"): "55663f75aedad074",
    ("aggregate", "hi"): "c82c9aca9b4ad761",
    ("self_report", "en"): "1aa76a94ec10151f",
    ("self_report", "es"): "957b1030b424db6c",
    ("self_report", "hi"): "8274c81b9138cfdc",
}


def test_a_word_that_changes_gives_the_notice_a_new_version() -> None:
    found = {
        (policy.value, language.value): sha256(
            notice_for(policy, language).text.encode()
        ).hexdigest()[:16]
        for policy, language in product(Policy, Language)
    }
    assert (NOTICE_VERSION, found) == (AS_OF, DIGESTS), (
        "students agreed to the words as they were: raise NOTICE_VERSION, say the change in every "
        "language, and note the new digests here"
    )


def test_the_version_tells_the_languages_apart() -> None:
    versions = {notice_for(Policy.INDIVIDUAL, language).version for language in Language}
    assert len(versions) == len(Language)
    assert versions == set(map(version_in, Language))
    assert notice_for(Policy.INDIVIDUAL).version == NOTICE_VERSION
    assert max(map(len, versions)) <= 40, "as the store keeps it"


@pytest.mark.parametrize("policy", Policy)
def test_every_language_has_the_same_parts(policy: Policy) -> None:
    parts = {language: notice_for(policy, language).text.count("\n\n") for language in Language}
    assert set(parts.values()) == {0 if policy is Policy.SELF_REPORT else 4}
