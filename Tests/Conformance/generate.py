"""Makes random expressions that are mostly well typed, from a seed.

Every function here gives text of one type. `depth` bounds the tree; `scope` holds the variables of macros around it,
as pairs of a name and a type. Maps that are turned into lists have one entry, since their order is not specified.
Some parts are wrapped by `mark`, because C++ deviates there: see deviations.py.
"""

import random

from deviations import mark

INT, UINT, DOUBLE, STRING, BYTES, BOOL = "int", "uint", "double", "string", "bytes", "bool"
TIME, SPAN, INTS, STRINGS, MAP = "timestamp", "duration", "list(int)", "list(string)", "map(string, int)"

LITERALS = {
    INT: ["0", "1", "2", "-1", "3", "7", "10", "100", "1000000", "-128", "9223372036854775807",
          "-9223372036854775808", "0x7f"],
    UINT: ["0u", "1u", "2u", "7u", "255u", "18446744073709551615u", "9223372036854775808u"],
    DOUBLE: ["0.0", "-0.0", "1.0", "1.5", "-2.25", "1e10", "0.1", "1e-7", "123456.789", "1e308", "5e-324", "2.5",
             "9223372036854775807.0", "1e6", "999999.5"],
    STRING: ["''", "'a'", "'abc'", "'Hello'", "'é'", "'日本'", "'😀b'", "'a b,c'", "'1'", "'-5'", "'1.5e3'",
             "'true'", "'2009-02-13T23:31:30Z'", "'1h30m'", "'  x\\t'", "'q\"\\\\'", "'aaa'"],
    BYTES: ["b''", "b'abc'", "b'\\xff\\x00'", "b'é'"],
    BOOL: ["true", "false"],
    TIME: ["timestamp(0)", "timestamp(1234567890)", "timestamp(-1)", "timestamp(253402300799)",
           "timestamp('2009-02-13T23:31:30.123456789Z')", "timestamp('2024-02-29T12:00:00+09:00')",
           "timestamp('0001-01-01T00:00:00Z')", "timestamp('1969-12-31T23:59:59.5Z')"],
    SPAN: ["duration('1h')", "duration('90m')", "duration('-1.5s')", "duration('0')", "duration('1ns')",
           "duration('1h2m3.004s')", "duration('-250ms')", "duration('1000000s')"],
    INTS: ["[1, 2, 3]", "[0]", "[5, -1, 7, 2]", "[2, 2, 3]"],
    STRINGS: ["['a', 'b']", "['x']", "['b', 'a', 'b', '']"],
    MAP: ["{'a': 1, 'b': 2}", "{'x': 0}", "{'abc': 9, '': -1, 'é': 3}"],
}
ZONES = ["", "'+09:00'", "'-03:30'", "'UTC'", "'00:00'"]
PATTERNS = ["'^[a-z]+$'", "'a|b'", "'[0-9]{1,3}'", "'.*l+o?'", "'(?i)HEL'", "'\\\\d+h(\\\\d+)m'", "'^$'", "'[^a-c ]'",
            "'\\\\p{Han}'", "'(a|aa)*b?$'", "'\\\\bb'", "'('"]
CONVERTIBLE = {
    INT: [INT, UINT, DOUBLE, STRING, TIME], UINT: [INT, UINT, DOUBLE, STRING], DOUBLE: [INT, UINT, DOUBLE, STRING],
    STRING: [INT, UINT, BOOL, BYTES, STRING, TIME, SPAN, DOUBLE], BYTES: [STRING, BYTES], BOOL: [STRING, BOOL],
}


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def expression(self):
        """One expression; times and spans are shown as text, because Python's know no nanoseconds."""
        self.names = 0
        kind = self.random.choice(list(LITERALS))
        text = self.of(kind, self.random.choice([1, 2, 3, 4]), [])
        return f"string({text})" if kind in (TIME, SPAN) else text

    def of(self, kind, depth, scope):
        known = [name for name, its in scope if its == kind]
        if known and self.random.random() < 0.3:
            return self.random.choice(known)
        if depth <= 0:
            return self.random.choice(LITERALS[kind])
        if self.random.random() < 0.12:
            condition = self.of(BOOL, depth - 1, scope)
            return f"({condition} ? {self.of(kind, depth - 1, scope)} : {self.of(kind, depth - 1, scope)})"
        if self.random.random() < 0.04:
            name = self.fresh()
            value = self.random.choice(list(LITERALS))
            inner = scope + [(name, value)]
            bound = self.of(value, depth - 1, scope)
            return mark("cel.bind after a macro", bound, name, self.of(kind, depth - 1, inner))
        if self.random.random() < 0.04:
            return self.optional(kind, depth, scope)
        make = {
            INT: self.int, UINT: self.uint, DOUBLE: self.double, STRING: self.string, BYTES: self.bytes,
            BOOL: self.bool, TIME: self.time, SPAN: self.span, INTS: self.ints, STRINGS: self.strings, MAP: self.map,
        }[kind]
        return make(lambda other: self.of(other, depth - 1, scope), depth, scope)

    def fresh(self):
        self.names += 1
        return f"v{self.names}"

    def small(self):
        return self.pick("0", "0", "1", "1", "2", "3", "-1", "9")

    def optional(self, kind, depth, scope):
        part = self.of(kind, depth - 1, scope)
        form = self.random.randrange(4)
        if form == 0:
            other = self.of(kind, depth - 1, scope)
            return f"{self.pick(f'optional.of({part})', 'optional.none()')}.orValue({other})"
        if form == 1:
            name = self.fresh()
            inner = self.of(kind, depth - 1, scope + [(name, kind)])
            return mark("optMap after a macro", part, name, inner)
        if form == 2:
            return f"optional.of({part}).or(optional.of({self.of(kind, depth - 1, scope)})).value()"
        return f"[{part}][?{self.small()}].orValue({self.of(kind, 0, scope)})"

    def convert(self, target, of):
        source = self.random.choice(CONVERTIBLE[target])
        if target == STRING and source == DOUBLE:
            return mark("sign of NaN", of(source))
        if target in (INT, UINT, DOUBLE) and source == STRING:
            return mark("number between spaces", self.text_of(target, of), target)
        return f"{target}({of(source)})"

    def text_of(self, kind, of):
        """Text that is mostly that of a value, since most other text cannot be converted."""
        if self.random.random() < 0.3:
            return of(STRING)
        return mark("sign of NaN", of(DOUBLE)) if kind == DOUBLE else f"string({of(kind)})"

    def fold(self, depth, scope, body, ordered):
        """A macro's range and variable, with the body of type `body`; `ordered` if the order of the range shows."""
        kind, element = self.pick((INTS, INT), (STRINGS, STRING), (MAP, STRING))
        name = self.fresh()
        if kind == MAP and ordered:
            range_ = f"{{{self.of(STRING, depth - 1, scope)}: {self.of(INT, depth - 1, scope)}}}"
        else:
            range_ = self.of(kind, depth - 1, scope)
        return range_, name, self.of(body, depth - 1, scope + [(name, element)])

    def int(self, of, depth, scope):
        r = self.random.randrange(17)
        if r < 4:
            return f"({of(INT)} {self.pick(*'+-*/%')} {of(INT)})"
        if r == 4:
            return f"-({of(INT)})"
        if r == 5:
            return f"size({of(self.pick(STRING, BYTES, INTS, STRINGS, MAP))})"
        if r == 6:
            return f"{of(INTS)}[{self.pick(self.small(), of(INT))}]"
        if r == 7:
            return f"{of(MAP)}[{of(STRING)}]"
        if r == 8:
            return self.convert(INT, of)
        if r == 9:
            extra = self.pick("", "", ", " + self.small())
            return f"{of(STRING)}.{self.pick('indexOf', 'lastIndexOf')}({of(STRING)}{extra})"
        if r == 10:
            name = self.pick("greatest", "least")
            return f"math.{name}({self.pick(of(INT) + ', ' + of(INT), of(INTS))})"
        if r == 11:
            return f"math.{self.pick('bitAnd', 'bitOr', 'bitXor')}({of(INT)}, {of(INT)})"
        if r == 12:
            distance = self.pick("0", "1", "62", "64", "-1")
            return f"math.{self.pick('bitShiftLeft', 'bitShiftRight')}({of(INT)}, {distance})"
        if r == 13:
            return f"math.{self.pick('abs', 'sign', 'bitNot')}({of(INT)})"
        if r == 14:
            part = self.pick("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "Hours", "Minutes",
                             "Seconds", "Milliseconds")
            return f"{of(TIME)}.get{part}({self.pick(*ZONES)})"
        if r == 15:
            return f"{of(SPAN)}.get{self.pick('Hours', 'Minutes', 'Seconds', 'Milliseconds')}()"
        return f"{of(MAP)}.{self.pick('a', 'abc', 'x', 'none')}"

    def uint(self, of, depth, scope):
        r = self.random.randrange(7)
        if r < 3:
            return f"({of(UINT)} {self.pick(*'+-*/%')} {of(UINT)})"
        if r == 3:
            return f"math.{self.pick('bitAnd', 'bitOr', 'bitXor', 'greatest', 'least')}({of(UINT)}, {of(UINT)})"
        if r == 4:
            return f"math.{self.pick('abs', 'sign', 'bitNot')}({of(UINT)})"
        if r == 5:
            distance = self.pick("0", "3", "63", "64", "-1")
            return f"math.{self.pick('bitShiftLeft', 'bitShiftRight')}({of(UINT)}, {distance})"
        return self.convert(UINT, of)

    def double(self, of, depth, scope):
        r = self.random.randrange(8)
        if r < 4:
            return f"({of(DOUBLE)} {self.pick(*'+-*/')} {of(DOUBLE)})"
        if r == 4:
            return f"math.{self.pick('ceil', 'floor', 'round', 'trunc', 'abs', 'sign', 'sqrt')}({of(DOUBLE)})"
        if r == 5:
            return f"math.{self.pick('greatest', 'least')}({of(DOUBLE)}, {of(DOUBLE)})"
        if r == 6:
            return f"-({of(DOUBLE)})"
        return self.convert(DOUBLE, of)

    def string(self, of, depth, scope):
        r = self.random.randrange(15)
        if r < 3:
            return f"({of(STRING)} + {of(STRING)})"
        if r < 5:
            return self.convert(STRING, of)
        if r == 5:
            return f"{of(STRING)}.{self.pick('lowerAscii', 'upperAscii', 'trim', 'reverse')}()"
        if r == 6:
            if self.random.random() < 0.5:
                return f"{of(STRING)}.substring({self.small()})"
            return mark("substring to the end", of(STRING), self.small(), self.small())
        if r == 7:
            count = self.pick("", "", f", {self.small()}")
            return f"{of(STRING)}.replace({of(STRING)}, {of(STRING)}{count})"
        if r == 8:
            return f"{of(STRING)}.charAt({self.small()})"
        if r == 9:
            return f"{of(STRINGS)}.join({self.pick('', of(STRING))})"
        if r == 10:
            return f"strings.quote({of(STRING)})"
        if r == 11:
            return f"base64.encode({of(BYTES)})"
        if r == 12:
            return f"{of(STRINGS)}[{self.small()}]"
        return self.format(of)

    def format(self, of):
        pattern, arguments = "", []
        for _ in range(self.pick(1, 2, 3)):
            clause, kinds = self.pick(
                ("%s", [INT, UINT, DOUBLE, STRING, BOOL, BYTES, TIME, SPAN, INTS, STRINGS, MAP]),
                ("%d", [INT, UINT]), ("%.2f", [DOUBLE]), ("%f", [DOUBLE]), ("%.3e", [DOUBLE]),
                ("%x", [INT, UINT, STRING, BYTES]), ("%X", [INT, UINT, STRING]), ("%o", [INT, UINT]),
                ("%b", [INT, UINT, BOOL]))
            kind = self.pick(*kinds)
            argument = of(kind)
            if clause == "%s" and kind in (DOUBLE, TIME, BYTES):
                argument = mark(f"{kind} as %s", argument)
            pattern += clause + self.pick("", "|", " %% ", "é")
            arguments.append(argument)
        if self.random.random() < 0.03:
            arguments.pop()
        return f"'{pattern}'.format([{', '.join(arguments)}])"

    def bytes(self, of, depth, scope):
        r = self.random.randrange(3)
        if r == 0:
            return f"({of(BYTES)} + {of(BYTES)})"
        if r == 1:
            return mark("white space in base64", self.pick(of(STRING), *[f"base64.encode({of(BYTES)})"] * 3))
        return self.convert(BYTES, of)

    def bool(self, of, depth, scope):
        r = self.random.randrange(20)
        if r < 4:
            return f"({of(BOOL)} {self.pick('&&', '||')} {of(BOOL)})"
        if r == 4:
            return f"!{of(BOOL)}"
        if r < 8:
            kind = self.pick(INT, UINT, DOUBLE, STRING, BYTES, BOOL, TIME, SPAN)
            return f"({of(kind)} {self.pick('<', '<=', '>', '>=', '==', '!=')} {of(kind)})"
        if r == 8:
            numbers = [INT, UINT, DOUBLE]
            operator = self.pick("<", "<=", ">", ">=", "==", "!=")
            return f"(dyn({of(self.pick(*numbers))}) {operator} dyn({of(self.pick(*numbers))}))"
        if r == 9:
            return f"(dyn({of(self.any())}) {self.pick('==', '!=')} dyn({of(self.any())}))"
        if r < 12:
            range_, name, body = self.fold(depth, scope, BOOL, ordered=False)
            return f"{range_}.{self.pick('all', 'exists', 'exists_one')}({name}, {body})"
        if r == 12:
            kind, element = self.pick((INTS, INT), (STRINGS, STRING), (MAP, STRING))
            return f"({of(element)} in {of(kind)})"
        if r == 13:
            return f"{of(STRING)}.{self.pick('contains', 'startsWith', 'endsWith')}({of(STRING)})"
        if r == 14:
            return f"{of(STRING)}.matches({self.pick(*PATTERNS)})"
        if r == 15:
            kind = self.pick(INTS, STRINGS, MAP)
            return f"({of(kind)} {self.pick('==', '!=')} {of(kind)})"
        if r == 16:
            return f"has({of(MAP)}.{self.pick('a', 'abc', 'x', 'none')})"
        if r == 17:
            return f"math.{self.pick('isNaN', 'isInf', 'isFinite')}({of(DOUBLE)})"
        if r == 18:
            type_ = self.pick("int", "uint", "double", "string", "bytes", "bool", "list", "map", "type", "null_type")
            return f"(type({of(self.any())}) == {type_})"
        return self.convert(BOOL, of)

    def any(self):
        return self.random.choice(list(LITERALS))

    def time(self, of, depth, scope):
        if self.random.random() < 0.7:
            return f"({of(TIME)} {self.pick('+', '-')} {of(SPAN)})"
        if self.random.random() < 0.5:
            return f"timestamp({of(INT)})"
        return mark("timestamp not in RFC 3339", self.text_of(TIME, of))

    def span(self, of, depth, scope):
        r = self.random.randrange(4)
        if r < 2:
            return f"({of(SPAN)} {self.pick('+', '-')} {of(SPAN)})"
        if r == 2:
            return f"({of(TIME)} - {of(TIME)})"
        return f"duration({self.text_of(SPAN, of)})"

    def ints(self, of, depth, scope):
        r = self.random.randrange(5)
        if r == 0:
            return f"[{of(INT)}, {of(INT)}]"
        if r == 1:
            return f"({of(INTS)} + {of(INTS)})"
        if r == 2:
            name = self.fresh()
            body = self.of(BOOL, depth - 1, scope + [(name, INT)])
            return f"{of(INTS)}.filter({name}, {body})"
        range_, name, body = self.fold(depth, scope, INT, ordered=True)
        return f"{range_}.map({name}, {body})"

    def strings(self, of, depth, scope):
        r = self.random.randrange(5)
        if r == 0:
            return f"[{of(STRING)}, {of(STRING)}]"
        if r == 1:
            return f"({of(STRINGS)} + {of(STRINGS)})"
        if r == 2:
            limit = self.pick("", "", f", {self.small()}")
            return mark("no characters split", of(STRING), self.pick(of(STRING), "','", "''"), limit)
        range_, name, body = self.fold(depth, scope, STRING, ordered=True)
        if r == 3:
            condition = self.of(BOOL, depth - 1, scope)
            return f"{range_}.map({name}, {condition}, {body})"
        return f"{range_}.map({name}, {body})"

    def map(self, of, depth, scope):
        if self.random.random() < 0.3:
            return f"{{{of(STRING)}: {of(INT)}}}"
        return mark("key twice", of(STRING), of(INT), of(STRING), of(INT))
