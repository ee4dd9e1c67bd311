"""Texts made to hit the edges of rule sets and tokenizers."""
import random

# What tokenizers stumble over: contractions, abbreviations, emoticons, units, quotes, scripts.
PARTS = """the be to of and that have with don't Don’t can't cannot I'm we've y'all o'clock Mr. e.g.
Ph.D. U.S. 10am 5km 3.5% $5 US$10 5US$ C++ :) :-( =) ): (: <3 ^_^ o.O a.m. p.m. i.e. vs. ... .. …
…… - -- --- — – • * # { } [1] [edit] [citation needed] “quoted” 'single' "double" and/or w/o a.b@c.de
http://x.org/a?b=c www.example.com 1.2.3.4 10.0.0.1 x,y a:b 1+2 3-4 5*6 2^3 state-of-the-art foo...bar
end. End? "Yes!" 'No.' »guillemets« naïve Ünïcödé Ελληνικά. Русский. עברית العربية؟ 漢字。 かな！ 한국어.
हिन्दी। ไทย 😀 ✈️ ™ ½ ² ³ °C. °F 25°C. №5 x² lorem ipsum JavaScript cooKie policy Terms of Use
use\u212aookies privacy policy \u00a0 \u2003 \u200b \ufeff \u2028 \u0085 \x1c \x0b \t == >> // \\n
aAa.BbB a.B "a".B cant Its were hell Id. Ill. 'Cause 'em lovin' doin somethin' gonna ll's it's's
""".split(" ")
PARTS = [p for q in PARTS for p in (q.split("\n") if "\n" in q else [q])] + ["\n", "\n\n", "  ", ". "]


def random_texts(n):
    rng = random.Random(7)
    out = []
    for i in range(n):
        parts = [rng.choice(PARTS) for _ in range(rng.choice([1, 3, 10, 60, 200]))]
        glue = ["", " ", " ", " ", "\n", ", ", ". "]
        if i % 3 == 0:
            parts = parts[:8] * 20
        out.append("".join(p + rng.choice(glue if i % 2 else glue[1:4]) for p in parts))
    return out


def edge_texts():
    word = "word and that "
    yield from ["", " ", "\n", "\n\n\n", "x", ".", "\0", "a\0b", "😀" * 60, "# " * 60, "a " * 60]
    yield "w" * 100000
    yield word * 16 + "\n" + "and more"
    for n in (49, 50, 51):
        yield "the with " + "word " * (n - 2)
    for n in (19, 20, 21):
        yield "the cat and dog sat. " * n
    yield "- a b c the be to\n" * 60
    yield "a line that ends so...\n" * 20 + "one more line. " * 20
    yield "\n".join(f"Line {i} is one sentence that ends well." for i in range(40))
    yield "\n".join(f"Line {i} cites [{i}] twice [edit]." for i in range(40))
    yield "\n".join(f"Line {i} ends in a mark [{i}] " for i in range(40))
    yield "\n".join(f"Sentence {i} is full. \"Quoted!\" And more." for i in range(9))
    yield "Some {curly} words are here now. " * 20
    yield "Some Lorem Ipsum words are here now. " * 20
    yield "One two three. Four five six.  \n\n" * 20
    yield "Please enable JavaScript now.\nWe use coo\u212aies here.\nA line stays in. " * 20
