"""Words are found whatever stands beside them: quotation marks, apostrophes and dashes of print, spaces that do not break.

Where the database's language is C, PostgreSQL takes each of these for a letter of the word beside it.
"""

from django.db import migrations


def _chars(*ranges: tuple[int, int]) -> str:
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


APOSTROPHES = "‘’‛ʼ′＇´"
QUOTATION_MARKS = "“”„‟«»″＂"
HYPHENS = "‐‑"
#: Signs, spaces and dashes: of Latin-1 (letters and figures of it left out), general punctuation, money, other scripts.
SPACES = "".join(
    char
    for char in _chars(
        (0xA0, 0xA9), (0xAC, 0xAC), (0xAE, 0xB1), (0xB4, 0xB4), (0xB6, 0xB8), (0xBB, 0xBB), (0xBF, 0xBF)
    )
    + "×÷"
    + _chars((0x2000, 0x200B), (0x2010, 0x2029), (0x202F, 0x205F), (0x20A0, 0x20C0))
    + "،؛؟۔。、\u3000｡､"
    if char not in APOSTROPHES + QUOTATION_MARKS + HYPHENS
)
#: They are not seen, and part no word.
NOTHING = "\u00ad\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"

_FROM = APOSTROPHES + QUOTATION_MARKS + HYPHENS + SPACES + NOTHING
_TO = "''" * len(APOSTROPHES) + '"' * len(QUOTATION_MARKS) + "-" * len(HYPHENS) + " " * len(SPACES)


def _said(text: str) -> str:
    """A text of SQL in ASCII: no tool between here and the database changes a character that nobody sees."""
    return "U&'" + "".join(char if char == " " else f"\\{ord(char):04X}" for char in text) + "'"


# `translate` takes away what has no partner in its second list. What is ASCII alone is not looked through.
FORWARD = f"""
CREATE FUNCTION kernel_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN octet_length(said) = char_length(said) THEN said
             ELSE translate(said, {_said(_FROM)}, '{_TO}') END $$;
CREATE FUNCTION kernel_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT to_tsvector('english'::regconfig, kernel_plain(said)) $$;
"""
BACK = "DROP FUNCTION kernel_words(text); DROP FUNCTION kernel_plain(text)"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_viewer")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
