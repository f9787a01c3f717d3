"""A message as tokens: cleaned, split, lower-cased, plurals and number words made one. Pure string work."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace

from bot.understanding.framing import unframed

LONGEST = 2000
"""Characters of a message that are read; a longer one is refused in one sentence."""

_MENTION = re.compile(r"<at[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_APPOINTMENT = re.compile(
    r"\b(?:before|ahead of) (?:my|our|the) (?:1[:. -]1|1 to 1|one[ -]to[ -]one|121)\b"
    r"|\b(?:before|for|ahead of|at) (?:my|our|the) \d{1,2}(?:[:.]\d\d)?(?: ?o['’]?clock| ?am\b| ?pm\b)"
    r"(?: meeting| call| catch up)?",
    re.IGNORECASE,
)
"""Why somebody asks now ("before my 10 o'clock"): padding, not a time of the question."""
_QUOTED_LINE = re.compile(r"^\s*>.*$", re.MULTILINE)
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<fy>20\d\d[/-]\d\d(?!\d))"
    r"|(?P<slash>\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}[.-]\d{1,2}[.-]\d{2,4})"
    r"|(?P<mixed>[A-Za-z]+\d+[A-Za-z0-9]*|\d+(?:st|nd|rd|th)\b)"
    r"|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z]+(?:'[A-Za-z]+)*'?)"
    r"|(?P<sign>>=|<=|[%&+/<>=@#,-])"
)  # fmt: skip
_NUMBERS = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "one": 1,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_AGES = {f"{word}{'es' if word == 'six' else 's'}": str(value) for word, value in _NUMBERS.items()}
NUMBERS = {**_NUMBERS, **_TENS}
"""Number words and what they count."""
_CONTRACTIONS = {
    "whats": "what is", "whos": "who is", "hows": "how is", "havent": "have not", "hasnt": "has not",
    "isnt": "is not", "arent": "are not", "dont": "do not", "didnt": "did not", "doesnt": "does not",
    "cant": "can not", "cannot": "can not", "wont": "will not", "wasnt": "was not", "werent": "were not",
    "hadnt": "had not", "im": "i am", "weve": "we have", "ive": "i have", "theyre": "they are",
    "thats": "that is", "wheres": "where is", "theres": "there is", "whens": "when is", "lets": "let us",
    "shouldnt": "should not", "wouldnt": "would not", "couldnt": "could not", "theyve": "they have",
    "youre": "you are", "youve": "you have", "id": "id", "gimme": "give me", "wanna": "want to",
    "gonna": "going to", "r": "are", "u": "you", "ur": "your", "hw": "how", "wot": "what",
    "tmrw": "tomorrow", "tmw": "tomorrow", "tomo": "tomorrow", "tmr": "tomorrow", "2moro": "tomorrow",
    "cpc": "cp conference", "cpcs": "cp conferences", "wat": "what",
    "whta": "what", "waht": "what", "teh": "the", "n": "and", "lemme": "let me", "howmany": "how many",
    "whose": "whose",
}  # fmt: skip
_ENDINGS = {"re": "are", "ve": "have", "ll": "will", "m": "am", "d": "would"}
_IS_AFTER = frozenset(
    ["what", "who", "how", "where", "that", "it", "there", "when", "here", "he", "she", "why", "which"]
)
_IRREGULAR = {
    "children": "child", "childrens": "child", "childs": "child", "childern": "child", "chidren": "child",
    "kids": "kid", "people": "person", "peoples": "person", "persons": "person", "families": "family",
    "compliants": "complaint", "enquiries": "enquiry", "inquiries": "enquiry", "inquiry": "enquiry",
    "agencies": "agency", "bodies": "body", "wks": "week", "wk": "week", "mths": "month", "mth": "month", "yrs": "year",
    "yr": "year", "hrs": "hour", "hr": "hour", "pls": "please", "plz": "please", "thx": "thanks",
}  # fmt: skip
_KEEP = frozenset(
    [
        "mondays",
        "tuesdays",
        "wednesdays",
        "thursdays",
        "fridays",
        "saturdays",
        "sundays",
        "is",
        "was",
        "has",
        "this",
        "his",
        "us",
        "as",
        "its",
        "does",
        "yes",
        "less",
        "miss",
        "always",
        "perhaps",
        "status",
        "plus",
        "versus",
        "thus",
        "bus",
        "gas",
        "christmas",
        "thanks",
        "cheers",
        "business",
        "address",
        "process",
        "access",
        "progress",
        "towards",
        "across",
        "always",
        "james",
        "ofsted",
        "days'",
        "afterwards",
        "teams",
        "services",
        "sometimes",
        "perhaps",
        "hers",
        "ours",
        "theirs",
        "yours",
        "whereas",
        "pads",
        "pros",
        "cons",
        "sus",
    ]
)


@dataclass(frozen=True)
class Token:
    """One token. norm: what the lexicon is keyed on; low: lower case, without possessive ending; start, end:
    characters of the cleaned text; kind: the alternative of the token pattern that matched."""

    raw: str
    low: str
    norm: str
    kind: str
    start: int
    end: int
    possessive: bool = False
    capital: bool = False
    fixed: bool = False


_SUBJECT_LINE = re.compile(r"^\s*(?:(?:re|fw|fwd)\s*:\s*)+", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?<=[\w.?!,])\s+(?:(?i:kind|best|warm|many) )?(?i:regards|wishes|thanks|cheers)\s*[,.]?"
    r"\s+[A-Z][a-z]+(?: [A-Z][a-z]*\.?)?\s*$"
)
"""How a mail begins and ends: "RE:", "Regards, Sam". Who signs is nobody the question is about."""


def clean(text: str) -> str:
    """Plain text: mention markup, tags, quoted lines, control characters, emoji and curly signs dealt with."""
    text = _MENTION.sub(" ", text)
    text = html.unescape(text)
    text = _MENTION.sub(" ", text)
    text = _TAG.sub(" ", text)
    text = _APPOINTMENT.sub(" ", text)
    without_quotes = _QUOTED_LINE.sub(" ", text)
    text = without_quotes if without_quotes.strip() else text.replace(">", " ", 1)
    text = text.replace("’", "'").replace("‘", "'").replace("`", "'").replace("´", "'")
    text = _SUBJECT_LINE.sub("", text)
    text = _SIGNED.sub("", text)
    text = re.sub(r"\bw/o(?:ut)?\b", "without", text, flags=re.IGNORECASE)
    text = re.sub("[–—−‐‑]", "-", text).replace("…", "... ").replace("≥", ">=").replace("≤", "<=")
    folded = unicodedata.normalize("NFKD", text)
    kept = []
    for char in folded:
        if char in "\n\r\t":
            kept.append("\n" if char == "\n" else " ")
        elif 32 <= ord(char) < 127:
            kept.append(char)
        elif not unicodedata.combining(char) and char != "️":
            kept.append(" ")
    return unframed(re.sub(r"[ ]{2,}", " ", "".join(kept)).strip())


def lemma(word: str) -> str:
    """The singular of a lower-case word, by rule; both sides of every comparison go through it."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word in _KEEP or word.endswith(("ss", "us", "is", "ous")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s"):
        return word[:-1]
    return word


def counts(word: str) -> bool:
    """Whether a lower-case word is read as a number beside some other word: what it means depends on its place."""
    return word in NUMBERS or word in _AGES


def tokenise(text: str) -> list[Token]:
    """Tokens of a cleaned text, in order; contractions opened, number words as digits."""
    out: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "word"
        raw = match.group()
        start, end = match.span()
        if kind == "word":
            initial = len(raw) == 1 and (raw.isupper() or "&" in text[max(0, start - 2) : end + 2])
            out.extend(
                [Token(raw, raw.lower(), raw.lower(), kind, start, end, False, raw.isupper())]
                if initial
                else _words(raw, start, end)
            )
        elif kind == "sign":
            if raw == "-":
                continue
            norm = {"&": "and", "/": "/", "+": "plus", ">": "over", "<": "under", ">=": ">=", "<=": "<="}.get(
                raw, raw
            )
            out.append(Token(raw, raw, norm, "word" if norm.isalpha() else "sign", start, end))
        elif kind == "number":
            out.append(Token(raw, raw, raw.replace(",", ""), kind, start, end))
        else:
            low = raw.lower()
            norm = low[:-1] if kind == "mixed" and re.fullmatch(r"[a-z]+\d+s", low) else low
            out.append(Token(raw, norm, norm, kind, start, end, capital=raw[0].isupper()))
            out[-1] = replace(out[-1], possessive=text[end : end + 2].lower() == "'s")
    return _numbers(_amount_units(_drop_stray_s(out, text)))


def _drop_stray_s(tokens: list[Token], text: str) -> list[Token]:
    """The "s" that a possessive leaves behind a mixed token (C123's)."""
    return [
        token
        for token in tokens
        if not (token.low == "s" and token.start > 0 and text[token.start - 1] == "'")
    ]


def _amount_units(tokens: list[Token]) -> list[Token]:
    """Opens "2wks", "10d", "45wd" into number and unit; the tokeniser has split them after the digits."""
    out: list[Token] = []
    shorthand = {
        "d": "day",
        "w": "week",
        "wk": "week",
        "m": "month",
        "mth": "month",
        "wd": "working day",
        "y": "year",
        "h": "hour",
    }
    for token in tokens:
        after_number = bool(out) and out[-1].kind == "number" and out[-1].end == token.start
        if after_number and token.low in shorthand:
            for word in shorthand[token.low].split():
                out.append(replace(token, low=word, norm=word))
        else:
            out.append(token)
    return out


def _words(raw: str, start: int, end: int) -> list[Token]:
    low = raw.lower().rstrip("'")
    possessive = raw.endswith("'") and len(raw) > 2
    if low in _CONTRACTIONS:
        return [Token(raw, w, w, "word", start, end) for w in _CONTRACTIONS[low].split()]
    if "'" in low:
        head, _, tail = low.rpartition("'")
        head = head.replace("'", "")
        if tail == "t" and head.endswith("n") and head != "n":
            first = {"ca": "can", "wo": "will", "sha": "shall"}.get(head[:-1], head[:-1])
            return [
                Token(raw, first, first, "word", start, end),
                Token(raw, "not", "not", "word", start, end),
            ]
        if tail == "s" and head in _IS_AFTER:
            return [Token(raw, head, head, "word", start, end), Token(raw, "is", "is", "word", start, end)]
        if tail == "s" and head == "let":
            return [
                Token(raw, "let", "let", "word", start, end),
                Token(raw, "us", "let_us", "word", start, end),
            ]
        if tail in _ENDINGS and head not in ("o", "d") and len(head) <= 5:
            second = _ENDINGS[tail]
            return [
                Token(raw, head, lemma(head), "word", start, end),
                Token(raw, second, second, "word", start, end),
            ]
        if tail == "s":
            low, possessive = head, True
        else:
            low = head + tail
    return [Token(raw, low, lemma(low), "word", start, end, possessive, raw[0].isupper())]


def _numbers(tokens: list[Token]) -> list[Token]:
    """Number words as digits: "forty five" -> 45, "eighteen" -> 18. "One" stays a word after "first", "this"..."""
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.low in _TENS:
            value = _TENS[token.low]
            used = token
            unit = following.low if following is not None else ""
            unit = unit[:-1] if unit in _AGES else unit
            if following is not None and unit in _NUMBERS and 0 < _NUMBERS[unit] < 10:
                value += _NUMBERS[unit]
                used = replace(token, raw=f"{token.raw} {following.raw}", end=following.end)
                place += 1
            out.append(replace(used, low=str(value), norm=str(value), kind="number"))
        elif token.low in _AGES and place and tokens[place - 1].low in ("under", "over"):
            out.append(replace(token, low=_AGES[token.low], norm=_AGES[token.low], kind="number"))
        elif token.low in _NUMBERS and not (token.low == "one" and not _counts(tokens, place)):
            value_text = str(_NUMBERS[token.low])
            out.append(replace(token, low=value_text, norm=value_text, kind="number"))
        else:
            out.append(token)
        place += 1
    return out


_COUNTED = frozenset(
    ["day", "week", "month", "year", "working", "to", "quarter", "hour", "fortnight", "calendar"]
)


def _counts(tokens: list[Token], place: int) -> bool:
    """Whether "one" at that place counts something or names a team ("CSWT one"), not a pronoun."""
    after = lemma(tokens[place + 1].low) if place + 1 < len(tokens) else ""
    before = tokens[place - 1].low if place else ""
    if after in _COUNTED:
        return True
    pronoun_after = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "last",
        "next",
        "that",
        "this",
        "which",
        "the",
        "another",
        "other",
        "no",
        "each",
        "every",
        "any",
        "top",
        "bottom",
        "have",
        "got",
        "has",
        "had",
        "with",
        "a",
        "worst",
        "oldest",
        "newest",
        "latest",
        "late",
        "overdue",
        "red",
        "what",
    ]
    return bool(before) and before not in pronoun_after and after not in ("of", "is", "are", "for", "in", "s")
