from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from verifirst.bench.labels.adjudications import Adjudication, Adjudications
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.judging import Settings
from verifirst.bench.labels.outcome import measure
from verifirst.bench.labels.page import page

OURS = set("html head meta title style body nav select option span article h2 b p ol li mark small script".split())
HOSTILE = "</li></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp; <!-- ]]> $cards ${cards}"


class Reader(HTMLParser):
    """The tags, the attributes and the text that a browser would see."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.marked = [], [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]

    def handle_data(self, data):
        self.text += data
        if self.tags[-1:] == ["mark"] and data.strip():
            self.marked.append(data)


def rendered(solutions, known=None):
    settings = Settings(rules=("AR",))
    outcome = measure(settings, solutions, known or Adjudications())
    by_key = {(solution.set, solution.id): solution for solution in solutions}
    return Reader(page(settings, [*outcome.flags, *outcome.missed], by_key))


def test_each_flag_is_a_card_with_its_claim_marked(solutions, adjudications):
    seen = rendered(solutions, adjudications)
    assert seen.tags.count("article") == 4 + 2
    kinds = [value for tag, name, value in seen.attributes if (tag, name) == ("article", "data-kind")]
    assert sorted(kinds) == ["adjudicated", "caught", "false flag", "later", "missed", "missed"]
    assert "7 * 2 = 15" in seen.marked
    assert "genuine error: 6 / 2 is 3" in seen.text
    assert "first error at step 1, right final answer, slip" in seen.text


def test_hostile_text_stays_text():
    hostile = Labelled(HOSTILE, HOSTILE, HOSTILE, (f"1 + 1 = 3 {HOSTILE}", HOSTILE), 1, True, HOSTILE)
    known = Adjudications({(HOSTILE, HOSTILE, 0, "AR"): Adjudication("fair as read", HOSTILE)})
    seen = rendered([hostile], known)
    tame = Adjudications({("s", "i", 0, "AR"): Adjudication("fair as read", "r")})
    plain = rendered([Labelled("s", "i", "p", ("1 + 1 = 3", "q"), 1, True, "k")], tame)
    assert set(seen.tags) <= OURS
    assert seen.tags == plain.tags
    assert f"fair as read: {HOSTILE}" in seen.text
    assert not [name for _, name, _ in seen.attributes if name.startswith("on") or name in {"src", "href"}]
    assert ("article", "data-set", HOSTILE) in seen.attributes


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_comes_back_whole(problem, step):
    seen = rendered([Labelled("s", "i", problem, (f"{step}\n1 + 1 = 3",), 0)])
    assert set(seen.tags) <= OURS
    assert squeezed(problem) in squeezed(seen.text)
    assert squeezed(f"{step}\n1 + 1 = 3") in squeezed(seen.text)


def squeezed(text):
    """Whitespace, and what a parser of HTML replaces, left out."""
    return "".join(c for c in text if c.isprintable() and not c.isspace())


def test_nothing_is_loaded_from_elsewhere(solutions):
    seen = rendered(solutions)
    assert not any("://" in str(value) for _, _, value in seen.attributes)
    policy = [value for tag, name, value in seen.attributes if tag == "meta" and name == "content"]
    assert policy[0].startswith("default-src 'none'")


def test_a_long_text_is_cut():
    seen = rendered([Labelled("s", "i", "p" * 50_000, ("1 + 1 = 3 " + "q" * 50_000,), 0)])
    assert len(seen.text) < 30_000
    assert "(50,000 characters)" in seen.text
