"""The one exception of the converters: a file that is not what it claims to be."""


class ConvertError(Exception):
    """The input cannot be converted; the text says what is wrong and where."""


def require(condition, *what):
    """Raise ConvertError with the joined words when the condition does not hold."""
    if not condition:
        raise ConvertError(" ".join(str(word) for word in what).replace(" :", ":"))
