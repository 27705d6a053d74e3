"""Where Google's C++ differs from the language's specification, each with its reason.

The generator marks the parts of an expression that C++ is known to get wrong. When the two evaluators differ, C++ is
asked again with the marked parts written around the fault, by an expression that says what the specification wants;
only if it then gives our value does the difference count as this deviation. So nothing is accepted unseen.
"""

import re


class Deviation:
    """A fault of C++: why it is one, the form that shows it, and a form around it.

    Parts take the places {0} to {3}; a form that writes a part more than once names it by a macro over one element.
    """

    def __init__(self, reason, plain, around):
        self.reason, self.plain, self.around = reason, plain, around


DEVIATIONS = {
    "double as %s": Deviation(
        "C++ writes a double in %s with six digits: '%s'.format([123456.789]) is '123457'. The extension's examples "
        "and string() give the shortest text that reads back as the same double.",
        "{0}",
        "[{0}].map(w, math.isNaN(w) ? 'NaN' : math.isInf(w) ? (w > 0.0 ? 'Infinity' : '-Infinity') : string(w))[0]"),
    "timestamp as %s": Deviation(
        "C++ writes the years before 1000 in %s with fewer than four digits, which RFC 3339 forbids, and trims the "
        "zeros of a fraction. Here a timestamp has one text, that of string(), which C++ agrees with.",
        "{0}", "string({0})"),
    "bytes as %s": Deviation(
        "C++ makes a text of bytes that are not UTF-8, and crashes when it is the key of a map. No text is invalid "
        "UTF-8; string() fails for such bytes in C++ too.",
        "{0}", "string({0})"),
    "sign of NaN": Deviation(
        "C++ shows the sign bit of NaN (string(0.0 / 0.0) is '-nan'), which depends on the processor; NaN has no sign "
        "in the language.",
        "string({0})", "[{0}].map(w, math.isNaN(w) ? 'nan' : string(w))[0]"),
    "substring to the end": Deviation(
        "C++ fails when the end of a substring is the end of the text: 'abc'.substring(1, 3). The end is exclusive, so "
        "the size of the text is a valid end.",
        "{0}.substring({1}, {2})",
        "[{0}].map(w, {2} == size(w) && {1} <= {2} ? w.substring({1}) : w.substring({1}, {2}))[0]"),
    "no characters split": Deviation(
        "C++ splits the empty text by the empty text into ['']. It has no characters, so the list is empty, as in "
        "cel-go, unless the limit is 1.",
        "{0}.split({1}{2})",
        "[{0}].map(w, [{1}].map(z, w == '' && z == '' && '{2}' != ', 1' ? [''].filter(e, false) "
        ": w.split(z{2}))[0])[0]"),
    "white space in base64": Deviation(
        "C++ skips white space in base64; RFC 4648 wants characters outside the alphabet refused.",
        "base64.decode({0})",
        "[{0}].map(w, base64.decode(w.matches('[ \\\\t\\\\n\\\\r\\\\v\\\\f]') ? '!' : w))[0]"),
    "timestamp not in RFC 3339": Deviation(
        "C++ reads timestamps with missing digits or spaces and with a sixtieth second: '9-2-13T23:31:30Z'. The "
        "language wants RFC 3339.",
        "timestamp({0})",
        "[{0}].map(w, timestamp(w.matches("
        "r'^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$')"
        " ? w : ''))[0]"),
    "cel.bind after a macro": Deviation(
        "C++ gives a variable of cel.bind the last element of a macro that ended early: "
        "([7, 7].exists(a, true) ? 1 : 1) + cel.bind(b, 2, b) is 8.",
        "cel.bind({1}, {0}, {2})", lambda value, name, body: re.sub(rf"\b{name}\b", lambda _: f"({value})", body)),
    "optMap after a macro": Deviation(
        "The same with the variable of optMap: optional.of([2, 2].exists(a, true)).optMap(b, b).value() is 2.",
        "optional.of({0}).optMap({1}, {2}).value()", "[{0}].map({1}, {2})[0]"),
    "key twice": Deviation(
        "C++ ends an evaluation when a map has a key twice: {'a': 1, 'a': 1}.size() == 2 || true fails. It is a "
        "failure like others, which || absorbs.",
        "{{0}: {1}, {2}: {3}}", "({0} == {2} ? [{{0}: {1}}][1] : {{0}: {1}, {2}: {3}})"),
    "number between spaces": Deviation(
        "C++ converts texts with spaces around a number: int(' 1'). The language converts texts that are numbers, and "
        "cel-go refuses these.",
        "{1}({0})", "[{0}].map(w, {1}(w.trim() == w ? w : ''))[0]"),
}

_MARK = re.compile("«([^«»]*)»")


def mark(name, *parts):
    """A part of an expression that C++ may get wrong."""
    return "«" + "¦".join((name,) + parts) + "»"


def marks(marked):
    """The names of the deviations that can show in an expression."""
    return [name for name in DEVIATIONS if f"«{name}¦" in marked]


def spell(marked, around=()):
    """An expression without marks, with the parts under the names in `around` written around the fault."""
    while True:
        innermost = _MARK.search(marked)
        if not innermost:
            return marked
        name, *parts = innermost.group(1).split("¦")
        deviation = DEVIATIONS[name]
        form = deviation.around if name in around else deviation.plain
        if callable(form):
            text = form(*parts)
        else:
            text = re.sub(r"\{([0-3])\}", lambda place: parts[int(place.group(1))], form)
        marked = marked[:innermost.start()] + text + marked[innermost.end():]
