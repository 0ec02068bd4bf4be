"""A mongodb:// address: which database it means, and what of it must not be shown."""

import re
from urllib.parse import unquote, urlsplit

from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError
from pymongo.uri_parser import parse_uri

from analyzer.errors import UsageError

DATABASE = "marquee"
"""Where an address names none."""

_OWN = ("admin", "config", "local")
_SECRET = ("authmechanismproperties", "tlscertificatekeyfilepassword", "proxypassword")
_WRONG = (
    "--store: is no mongodb:// address; it is mongodb://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, "
    "with what is not a letter or a digit in user and password as %XX"
)


class Address:
    """An address. What is wrong with one is never quoted: it may be the password.

    Attributes:
        name: the address without user, password and options.

    Raises:
        UsageError: it is malformed, has an option that is not known, or names no database of the user's.
    """

    def __init__(self, text: str) -> None:
        scheme, _, rest = text.partition("://")
        hosts, self.database = _sought(text) if scheme == "mongodb+srv" else _parsed(text)
        _refuse(self.database)
        self.name = f"{scheme}://{hosts}/{self.database}"
        self._options = dict(re.findall(r"([^&=]+)=([^&]+)", rest.partition("?")[2].lower()))
        self._secrets = _secrets(text)

    def sets(self, option: str) -> bool:
        """Whether it says something of an option."""
        return option.lower() in self._options

    def redacted(self, text: str) -> str:
        """Return a text without what is secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _parsed(text: str) -> tuple[str, str]:
    try:
        parsed = parse_uri(text)
    except InvalidURI:
        raise UsageError(_WRONG) from None
    except ConfigurationError:
        raise UsageError("--store: an option after the ? of the mongodb:// address is not known") from None
    except (ValueError, PyMongoError):
        raise UsageError(_WRONG) from None
    except OSError as error:
        raise UsageError(f"--store: a file that the mongodb:// address names: {error.strerror}") from None
    hosts = ",".join(_host(*node) for node in parsed["nodelist"])
    return hosts, ".".join(filter(None, (parsed["database"], parsed["collection"]))) or DATABASE


def _host(host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _sought(text: str) -> tuple[str, str]:
    """Of a mongodb+srv address: pymongo would look it up to parse it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise UsageError(_WRONG) from None
    return parts.hostname or "", unquote(parts.path.strip("/")) or DATABASE


def _refuse(database: str) -> None:
    if database in _OWN:
        raise UsageError(
            f"--store: the database {database} is MongoDB's own; name another, with ?authSource={database}"
        )
    if re.search(r'[/\\. "$*<>:|?\x00]', database):
        raise UsageError("--store: the mongodb:// address names a database that there cannot be")


def _secrets(text: str) -> list[str]:
    """Return what must not be shown, the longest first."""
    rest = text.partition("://")[2]
    password = rest.rpartition("@")[0].partition(":")[2]
    options = re.findall(r"([^&=?]+)=([^&]+)", rest.partition("?")[2])
    found = {text, password, *(value for name, value in options if name.lower() in _SECRET)}
    return sorted(filter(None, found | set(map(unquote, found))), key=len, reverse=True)
