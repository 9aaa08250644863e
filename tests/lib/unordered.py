"""Text with items in it, as JSON of one line or many, or as statements: the attributes and the elements of sets in
alphabetical order. DynamoDB has no order of either, so that a test of what is shown must not know one.
"""
import re

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`|[{},\[\]]|<<|>>|[^"\'`{},\[\]<>]+|.', re.S)
_CLOSE = {"{": "}", "[": "]", "<<": ">>"}


def sort(text):
    """What is not closed, or closed by something else, stays as it is."""
    pieces = _PIECE.findall(text)
    out, at = [], 0
    while at < len(pieces):
        group = _group(pieces, at) if pieces[at] in _CLOSE else None
        done, at = group or (pieces[at], at + 1)
        out.append(done)
    return "".join(out)


def _group(pieces, at):
    """The text of the group that opens here, sorted, and where it ends; or None."""
    opening, members, member = pieces[at], [], []
    at += 1
    while at < len(pieces):
        piece = pieces[at]
        if piece == _CLOSE[opening]:
            members.append("".join(member))
            return _written(opening, members), at + 1
        if piece in _CLOSE:
            inner = _group(pieces, at)
            if not inner:
                return None
            member.append(inner[0])
            at = inner[1]
            continue
        if piece in _CLOSE.values():
            return None
        if piece == ",":
            members.append("".join(member))
            member = []
        else:
            member.append(piece)
        at += 1
    return None


def _written(opening, members):
    if opening != "[":
        members = sorted(member.strip() for member in members)
    return opening + ",".join(members) + _CLOSE[opening]
