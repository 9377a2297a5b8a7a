"""A reader of Ruby scripts into tokens and texts, which guesses what is not closed by words, without understanding it.

The reader goes through the script once. It knows comments, strings with what is put into them, heredocs, regular
expressions, and that `x if y` opens nothing. What it does not know it lets pass, so that it warns rarely.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .look_alikes import closing_quote
from .warnings import ScriptWarning

OPENERS = frozenset({"class", "module", "def", "begin", "case", "if", "unless", "while", "until", "for", "do"})
MODIFIERS = frozenset({"if", "unless", "while", "until"})
LOOPS = frozenset({"while", "until", "for"})
_BEFORE_A_VALUE = {"and", "begin", "case", "do", "else", "elsif", "ensure", "if", "in", "module", "not", "or", "rescue"}
_BEFORE_A_VALUE |= {"then", "unless", "until", "when", "while"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_ARROWS = {"=>", "->"}
_BARE_METHODS = {"puts", "print", "p", "warn", "raise"}

_BLANK = re.compile(r"[ \t\f\v]+|\\\n")
_WORD = re.compile(r"[^\W\d]\w*[?!]?")
_SYMBOL = re.compile(r":(?:[A-Za-z_]\w*[?!=]?|\[\]=?|(?:<=>|===?|[=!]~|<=|>=|<<|>>|\*\*|[-+*/%<>&^!])(?=[\s),\]};.]))")
_NUMBER = re.compile(r"\d[\w.]*")
_HEREDOC = re.compile(r"<<([-~]?)(?:([A-Z_]\w*)|\"([^\"\n]+)\"|'([^'\n]+)')")
_PERCENT = re.compile(r"%([qQwWiIrxs]?)([^\w\s])")
_PERCENT_VALUE = re.compile(r"%([qQwWiIrxs]?)([({\[<|!/]|(?<=[qQwWiIrxs])[^\w\s=])")
_CHARACTER = re.compile(r"\?(?:\\.|[^\s\w]|\w(?!\w))")
_FLAGS = re.compile(r"[a-z]*")
_COMMENT = re.compile(r"#[^\n]*")
_BLOCK_COMMENT_END = re.compile(r"^=end\b.*$", re.MULTILINE)
_VARIABLE = re.compile(r"(?:@@?|\$)\w+|\$[^\s\w]")


TokenKind = Literal["word", "method", "label", "value", "string", "regex", "operator", "open", "close", "newline"]


@dataclass(frozen=True)
class Token:
    """A piece of code."""

    kind: TokenKind
    text: str
    line: int
    starts: bool = False
    """Whether a value may begin here; at a newline, whether what stands before it has not ended in a value."""
    opens: bool = False
    """Whether a word opens a block that waits for its end."""


@dataclass
class Text:
    """A comment, string or regular expression."""

    kind: Literal["comment", "string", "regex"]
    method: str = ""
    """The method that is given it, in small letters; "" where none is seen."""
    line: int = 1
    pieces: list[tuple[int, int]] = field(default_factory=list)
    """Where it stands in the script, without what is put into it by #{…}."""
    flags: str = ""


@dataclass
class Script:
    """A script as it was read."""

    text: str
    tokens: Sequence[Token]
    texts: Sequence[Text]
    slips: Sequence[ScriptWarning]
    """What is not closed, or closed too often; the first hides those behind it."""


@dataclass
class _Open:
    """An opened construct that waits for its end."""

    what: str
    line: int
    closer: str = ""
    """The end of a string; "" for blocks and brackets."""
    nests: str = ""
    """The bracket that a string may hold in pairs."""
    fills: bool = False
    """Whether #{…} is looked into."""
    depth: int = 0
    text: Text | None = None


@dataclass
class _Reader:
    text: str
    place: int = 0
    line: int = 1
    stack: list[_Open] = field(default_factory=list)
    heredocs: list[tuple[str, bool, Text]] = field(default_factory=list)
    """Their ends, whether these may be indented, and their texts."""
    value_before: bool = False
    """Whether what stands before is a value, so that / divides and `if` is a modifier."""
    word_before: bool = False
    """Whether that value is a plain word, which may be a method that is given what follows."""
    method_name: bool = False
    awaits_do: int = 0
    """How deep the stack is at the head of a loop, whose `do` opens nothing of its own."""
    method: str = ""
    """The method that was named last on this line."""
    remarks: list[ScriptWarning] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def read(self) -> Script:
        self._block_comment()
        while self.place < len(self.text):
            if self.stack and self.stack[-1].closer:
                self._string()
            else:
                self._code()
        return Script(self.text, self.tokens, self.texts, self.remarks[:1] or self._left_open())

    def _left_open(self) -> list[ScriptWarning]:
        """Return the constructs that are open at the end of the text; an open string swallows all other ends."""
        if self.heredocs:
            name, _, text = self.heredocs[0]
            return [ScriptWarning(text.line, f"The text that should end with {name} never does.")]
        strings = [each for each in self.stack if each.closer]
        return [_unclosed(each) for each in strings[:1] or self.stack[-3:]]

    def _code(self) -> None:
        character = self.text[self.place]
        if character == "\n":
            self._line_end()
        elif found := _BLANK.match(self.text, self.place):
            self._pass(found)
        elif character == "#":
            found = self._match(_COMMENT)
            self._comment(found.end())
        elif character in "\"'`":
            self._open_string(closing_quote(self.text, self.place), 1, fills=character != "'")
        elif not character.isascii() and (closer := closing_quote(self.text, self.place)):
            self._open_string(closer, 1, fills=False)
        elif character in "0123456789":
            self._value(self._match(_NUMBER))
        elif found := _WORD.match(self.text, self.place):
            self._word(found[0])
        elif character in "([{":
            self._open(character)
        elif character in ")]}":
            self._close_bracket(character)
        elif not self._literal(character):
            self._operator(character)

    def _literal(self, character: str) -> bool:
        """Read a symbol, a variable or a string that does not begin with a quote."""
        if character == ":" and (found := _SYMBOL.match(self.text, self.place)):
            self._value(found)
        elif character == ":" and self.text[self.place + 1 : self.place + 2] in ('"', "'"):
            closer = closing_quote(self.text, self.place + 1)
            self._open_string(closer, 2, fills=self.text[self.place + 1] == '"')
        elif character in "@$" and (found := _VARIABLE.match(self.text, self.place)):
            self._value(found)
        elif character == "/" and self._value_may_begin():
            self._open_string("/", 1, fills=True, kind="regex")
        elif character == "%" and self._percent():
            pass
        elif character == "<" and (found := _HEREDOC.match(self.text, self.place)) and self._is_heredoc(found):
            text = Text("string", self.method, self.line)
            self.heredocs.append((found[2] or found[3] or found[4], bool(found[1]), text))
            self._value(found)
        elif character == "?" and not self.value_before and (found := _CHARACTER.match(self.text, self.place)):
            self._value(found)
        else:
            return False
        return True

    def _value_may_begin(self) -> bool:
        """Return True when a / here begins a regular expression, as in `puts /x/`, where only its left has a blank."""
        if not self.value_before:
            return not self.method_name  # def /(other)
        around = self.text[self.place - 1 : self.place], self.text[self.place + 1 : self.place + 2]
        return self.word_before and around[0] in " \t" and around[1] not in " \t=\n"

    def _percent(self) -> bool:
        may_begin = self._value_may_begin()
        found = (_PERCENT_VALUE if self.value_before else _PERCENT).match(self.text, self.place) if may_begin else None
        if not found:
            return False
        bracket, fills = found[2] if found[2] in _CLOSING else "", found[1] not in tuple("qwis")
        kind: Literal["string", "regex"] = "regex" if found[1] == "r" else "string"
        self._open_string(_CLOSING.get(found[2], found[2]), len(found[0]), fills, bracket, kind)
        return True

    def _is_heredoc(self, found: re.Match[str]) -> bool:
        """Return True for a heredoc; `list <<NAME` appends, unless a line with that name follows."""
        appends = self.value_before and found[2] is not None and not found[1]
        return not appends or (self.word_before and self.text.find(f"\n{found[2]}", self.place) >= 0)

    def _word(self, word: str) -> None:
        before = self.text[self.place - 1 : self.place] if self.place else "\n"
        behind = self.text[self.place + len(word) : self.place + len(word) + 2]
        if word[-1] in "?!" and behind[:1] == "=" and behind != "==":
            word = word[:-1]
        is_name = self.method_name or (before == "." and self.text[self.place - 2 : self.place] != "..")
        is_key = behind[:1] == ":" and behind != "::"
        if is_name or word in _BARE_METHODS:
            self.method = word.lower().replace("_", "")
        kind: TokenKind = "label" if is_key else "method" if is_name else "word"
        self.place += len(word)
        was_value, self.method_name = self.value_before, False
        self.value_before = self.word_before = True
        depth = len(self.stack)
        if not (is_name or is_key):
            self._plain_word(word, was_value, is_alone=before == "\n" and behind[:1] in ("", "\n"))
        self._token(kind, word, opens=kind == "word" and word in OPENERS and len(self.stack) > depth)

    def _plain_word(self, word: str, was_value: bool, is_alone: bool) -> None:
        if word == "end":
            self._end()
        elif word in OPENERS:
            self._keyword(word, was_value)
        elif word == "__END__" and is_alone:
            self._comment(len(self.text))
        if word in _BEFORE_A_VALUE or word in OPENERS:
            self.value_before = self.word_before = False

    def _keyword(self, word: str, was_value: bool) -> None:
        if word in MODIFIERS and was_value:
            return
        if word == "do" and self.awaits_do and len(self.stack) == self.awaits_do:
            self.awaits_do = 0
            return
        self.stack.append(_Open(word, self.line))
        if word in LOOPS:
            self.awaits_do = len(self.stack)
        if word == "def":
            self.method_name = True

    def _end(self) -> None:
        if not self.stack:
            self._remark("This end closes nothing: no block is open here.")
        elif self.stack[-1].what in _CLOSING or self.stack[-1].what == "#{":
            self._remark(f"This end comes before the {self.stack[-1].what} of line {self.stack[-1].line} is closed.")
        else:
            self.stack.pop()

    def _open(self, bracket: str) -> None:
        begins_lambda = self.tokens[-1:] and self.tokens[-1].text == "->"
        self._token("open", bracket, starts=not self.value_before and not begins_lambda)
        self.stack.append(_Open(bracket, self.line))
        self.place += 1
        self.value_before = self.word_before = self.method_name = False

    def _close_bracket(self, bracket: str) -> None:
        top = self.stack[-1] if self.stack else None
        self.place += 1
        self.value_before, self.word_before = True, False
        self._token("close", bracket)
        if top and (top.what == _BRACKETS[bracket] or (top.what == "#{" and bracket == "}")):
            self.stack.pop()
            self._new_piece()
        elif top is None:
            self._remark(f"This {bracket} closes nothing.")
        elif top.what in _CLOSING or top.what == "#{":
            self._remark(f"This {bracket} does not close the {top.what} of line {top.line}.")
        else:
            self._remark(f"This {bracket} comes before the {top.what} of line {top.line} has its end.")

    def _operator(self, character: str) -> None:
        two = self.text[self.place : self.place + 2]
        if character == "=" and self.stack and self.stack[-1].what == "def":
            self._end_short_def()
        self._token("operator", two if two in _ARROWS else character)
        self.place += 2 if two in _ARROWS else 1
        if character == ";":
            self.awaits_do = 0
        self.value_before = self.word_before = self.method_name = False

    def _end_short_def(self) -> None:
        """Close `def name(x) = value`, which has no end of its own; `def name=(x)` and `def name x = 1` have."""
        place = len(self.tokens) - 1
        while place > 0 and self.tokens[place].kind != "newline" and not self.tokens[place].opens:
            place -= 1
        head = self.tokens[place:]
        follows_head = len(head) == 2 or (len(head) > 2 and head[-1].text == ")")
        if head and head[0].text == "def" and follows_head and self.text[self.place - 1] in " \t":
            self.stack.pop()
            self.tokens[place] = replace(head[0], opens=False)

    def _line_end(self) -> None:
        self._token("newline", "\n", starts=not self.value_before)
        self.method = self.method if self.stack and self.stack[-1].what in _CLOSING else ""
        self.place += 1
        self.line += 1
        self.value_before = self.word_before = self.method_name = False
        self.awaits_do = 0
        if self.heredocs:
            self._heredocs()
        self._block_comment()

    def _block_comment(self) -> None:
        if self.text.startswith("=begin", self.place):
            found = _BLOCK_COMMENT_END.search(self.text, self.place)
            self._comment(found.end() if found else len(self.text))

    def _comment(self, end: int) -> None:
        self.texts.append(Text("comment", line=self.line, pieces=[(self.place, end)]))
        self._skip_to(end)

    def _heredocs(self) -> None:
        """Pass over the texts that were announced on the line before."""
        while self.heredocs:
            name, indented, text = self.heredocs[0]
            blanks = "[ \\t]*" if indented else ""
            found = re.compile(f"^{blanks}{re.escape(name)}\\r?$", re.MULTILINE).search(self.text, self.place)
            text.pieces.append((self.place, found.start() if found else len(self.text)))
            self.texts.append(text)
            if not found:
                self.place = len(self.text)
                return
            self._skip_to(min(found.end() + 1, len(self.text)))
            self.heredocs.pop(0)

    def _open_string(
        self, closer: str, width: int, fills: bool, nests: str = "", kind: Literal["string", "regex"] = "string"
    ) -> None:
        text = Text(kind, self.method, self.line)
        self._token(kind, closer)
        self.texts.append(text)
        self.stack.append(_Open("string", self.line, closer, nests, fills, text=text))
        self.place += width
        self._new_piece()

    def _new_piece(self) -> None:
        """Begin another piece of the string that is open here, if one is."""
        if self.stack and (text := self.stack[-1].text):
            text.pieces.append((self.place, self.place))

    def _close_string(self) -> None:
        text = self.stack.pop().text
        self.place += 1
        self.value_before, self.word_before = True, False
        if text and text.kind == "regex":
            text.flags = self._match(_FLAGS)[0]
            self.place += len(text.flags)

    def _string(self) -> None:
        top, character = self.stack[-1], self.text[self.place]
        if top.text:
            top.text.pieces[-1] = (top.text.pieces[-1][0], self.place)
        if character == "\\":
            self._skip_to(min(self.place + 2, len(self.text)))
        elif character == "#" and top.fills and self.text.startswith("#{", self.place):
            self._token("open", "#{")
            self.stack.append(_Open("#{", self.line))
            self.place += 2
            self.value_before = self.word_before = False
        elif character == top.closer and not top.depth:
            self._close_string()
        else:
            top.depth += (character == top.nests) - (character == top.closer) if top.nests else 0
            self._skip_to(self.place + 1)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.place)
        if found is None:
            raise ValueError(f"{pattern.pattern} was expected to match")
        return found

    def _pass(self, found: re.Match[str]) -> None:
        self._skip_to(found.end())

    def _value(self, found: re.Match[str]) -> None:
        self._token("value", found[0])
        self._skip_to(found.end())
        self.value_before, self.word_before = True, False

    def _skip_to(self, place: int) -> None:
        self.line += self.text.count("\n", self.place, place)
        self.place = place

    def _token(self, kind: TokenKind, text: str, starts: bool = False, opens: bool = False) -> None:
        self.tokens.append(Token(kind, text, self.line, starts, opens))

    def _remark(self, message: str) -> None:
        self.remarks.append(ScriptWarning(self.line, message))


def read(lines: Sequence[str]) -> Script:
    """Return the tokens and texts of a script, and what is not closed in it."""
    return _Reader("\n".join(lines)).read()


def _unclosed(each: _Open) -> ScriptWarning:
    if each.closer:
        return ScriptWarning(each.line, f"The text that begins here with {_beginning(each)} is never closed.")
    if each.what in _CLOSING or each.what == "#{":
        return ScriptWarning(each.line, f"This {each.what} is never closed.")
    return ScriptWarning(each.line, f"This {each.what} has no end.")


def _beginning(each: _Open) -> str:
    return each.nests or each.closer
