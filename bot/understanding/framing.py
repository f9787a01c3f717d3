"""What frames a question and is no part of it: "Item 4.", "For the board paper:", "As discussed with Dev,".

Salutations and signatures hold names, and agenda labels hold numbers: left in, they
would be read as whose and how many.
"""

# ruff: noqa: E501 - a pattern to a line reads better than one broken over many

from __future__ import annotations

import re

_OCCASION = (
    r"(?:annex a|board|cabinet|committee|scrutiny|panel|ofsted|inspection|inspectors?|audit|return|report|paper|pack|slides?|"
    r"briefing|scorecard|dashboard|newsletter|minutes|agenda|meeting|supervision|one to one|1 ?to ?1|1:1|deep dive|"
    r"peer review|self[- ]evaluation|sef|members|lead member|management team|leadership team|dmt|smt|clt|ssmt|improvement board|"
    r"performance (?:board|meeting|clinic)|check)"
)
_THE = r"(?:the |our |my |this |today's |tomorrow's |monday's |next week's |this week's )?"
_DAY = r"(?: (?:on |this |next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day| tomorrow| today| next week| this week)?"
_NAME = r"[A-Z][a-z]+(?: [A-Z][a-z]+)?"

_HEADS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^\s*(?i:(?:(?:agenda|action|items?|point|question|number|no|minutes?|log|decision|risk|issue|ref|row|paper|slide|page|para|matter)"
        r"\.? ){1,3}\d+[a-z]?)(?:\s*[.):;,]\s+|\s+-\s+)",
        r"^\s*(?i:(?:agenda )?item \d+[a-z]?)\s+(?=[A-Za-z])",
        r"^\s*(?i:ad|hos|tm|head of service|(?:team |service |group |practice )?managers?|director|analysts?|performance(?: team)?|data team|all"
        r"|[A-Z][a-z]+) (?i:to (?:report(?: back)?|provide|bring|confirm|circulate|update|check|advise|present|supply|feed back)(?: on)?)\s+(?=\w)",
        r"^[^.?!]{1,60}?(?:\.{2,}|\s-+\s|,|;)\s*(?i:no |oh |actually )?(?i:sorry|scrap that|correction|i mean|wait)\s*[,;:-]?\s+"
        r"(?=(?i:what|which|how|who|show|list|give)\b)",
        r"^\s*\d{1,2}(?:[.)]\s+(?!\d)|\s+-\s+)",
        r"^\s*\d{1,2}(?:\.\d{1,2}){1,2}[.):]?\s+(?=[A-Za-z]{2})(?!(?i:days?|weeks?|months?|years?|hours?|working|per|percent)\b)",
        r"^\s*(?i:for (?:noting|note|info|information|discussion|decision|action|approval|update)|actions?|action points?|aob|any other business|matters arising|minutes|notes?|agenda|update|query|question|re|fwd|fw|"
        r"subject|fao|q|request|reminder|standing item)(?: (?i:from|for|by|of) [^:;\n-]{1,40})?\s*(?::|;|\s-\s)\s*",
        rf"^\s*(?i:(?:ahead of|before|for|in time for|in preparation for|as part of|to prepare for) {_THE}(?:[a-z]+ ){{0,2}}?{_OCCASION}"
        rf"(?: {_OCCASION})*{_DAY})\s*[:,;-]?\s+(?=\S)",
        r"^\s*(?i:hi|hello|hey|dear|morning|afternoon|good morning|good afternoon|good evening)"
        r"(?: (?i:all|both|team|colleagues?|everyone|folks|bot))?(?: " + _NAME + r")?\s*[,.!-]+\s+",
        r"^\s*(?i:as (?:discussed|agreed|requested|promised|mentioned)|further to)"
        r"(?: (?i:with|by|our|my|the|your) )?[^,;:]{0,40}[,;:]\s*",
        r"^\s*(?i:i |we )?(?i:hope (?:you are|you're|all is|this finds you) (?:well|ok|okay|good|keeping well))\s*[,.!-]*\s*",
        r"^\s*(?i:overall|all in all|in summary|broadly|in general)\s*,?\s+(?=(?i:how|what|whats|hows|are|is|do|did|have)\b)",
        r"^\s*(?i:(?:it was )?(?:noted|agreed|asked|queried|raised|minuted|reported|requested) that)\s+",
    )
)
_TAILS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:\s*,\s*|\s+(?=\w+n['’]?t\b))(?i:(?:are|is|have|has|do|does|did|was|were|had|can|could|would|will|wo|ca|should)(?:n['’]?t)?(?: not)?"
        r" (?:they|we|it|he|she|i|you|there)(?: not)?)\s*\?*\s*$",
        r"\s*[,-]\s*(?i:right|correct|yes|yeah|yep|no|innit|isn['’]?t that right|am i right)\s*\?+\s*$",
        r"\s*,?\s+(?i:or (?:no|not|nah))\s*\??\s*$",
        r"\s+(?i:full stop|question mark|exclamation mark)\s*[.?!]*\s*$",
        r"[\s,.;!?-]*\b(?i:many thanks|thanks very much|thanks so much|thanks again|thanks in advance|thanks|thank you|thx|ta|cheers|"
        r"kind regards|best regards|warm regards|regards|best wishes|all the best|best|yours sincerely|yours|br|kr)"
        r"[\s,.!-]+" + _NAME + r"\s*[.!]?\s*$",
        rf"[\s,]*\b(?i:(?:ahead of|in time for|in preparation for|ready for) {_THE}(?:[a-z]+ ){{0,2}}?{_OCCASION}(?: {_OCCASION})*{_DAY})\s*[.?!]?\s*$",
        r"[\s,;]*\b(?i:(?:was |were |is |are |to be )?(?:requested|noted|asked for|needed please|required please))\s*[.?!]?\s*$",
    )
)
_SHORT_YEAR = re.compile(r"\b(?i:fy) ?'?(\d\d)\s?[/-]\s?(\d\d)\b")


def unframed(text: str) -> str:
    """The text without what frames it; the text itself when nothing would be left. Peels as long as something comes off."""
    text = _SHORT_YEAR.sub(r"20\1/\2", text)
    for _ in range(4):
        before = text
        for pattern in _HEADS:
            text = _kept(pattern.sub("", text, count=1), text)
        for pattern in _TAILS:
            text = _kept(pattern.sub("", text, count=1), text)
        if text == before:
            break
    return text


def _kept(shorter: str, text: str) -> str:
    return shorter if sum(char.isalnum() for char in shorter) > 2 else text
