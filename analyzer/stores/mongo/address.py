"""A mongodb:// address: which database it means, and what of it must not be shown."""

import re
from urllib.parse import unquote

from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError
from pymongo.uri_parser import parse_uri

from analyzer.errors import UsageError

DATABASE = "marquee"
"""Where an address names none."""

_OWN = ("admin", "config", "local")
_SECRET = ("authmechanismproperties", "tlscertificatekeyfilepassword", "proxypassword")
WRONG = (
    "store: is no mongodb:// address; it is mongodb://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, "
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
        hosts, self.database = _parsed(scheme, rest)
        _refuse(self.database)
        self.name = f"{scheme}://{hosts}/{self.database}"
        self._options = dict(re.findall(r"([^&=]+)=([^&]+)", rest.partition("?")[2].lower()))
        self._secrets = _secrets(rest)

    def sets(self, option: str) -> bool:
        """Whether it says something of an option."""
        return option.lower() in self._options

    def redacted(self, text: str) -> str:
        """Return a text without what is secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _parsed(scheme: str, rest: str) -> tuple[str, str]:
    """Return hosts and database; what a mongodb+srv address stands for is not looked up yet."""
    is_sought = scheme == "mongodb+srv"
    try:
        parsed = parse_uri(f"mongodb://{re.sub('srv[A-Za-z]+=[^&]*&?', '', rest) if is_sought else rest}")
    except InvalidURI:
        raise UsageError(WRONG) from None
    except ConfigurationError:
        raise UsageError("store: an option after the ? of the mongodb:// address is not known") from None
    except (ValueError, PyMongoError):
        raise UsageError(WRONG) from None
    except OSError as error:
        raise UsageError(f"store: a file that the mongodb:// address names: {error.strerror}") from None
    hosts = ",".join(_host(host, None if is_sought else port) for host, port in parsed["nodelist"])
    return hosts, ".".join(filter(None, (parsed["database"], parsed["collection"]))) or DATABASE


def _host(host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _refuse(database: str) -> None:
    if database in _OWN:
        raise UsageError(
            f"store: the database {database} is MongoDB's own; name another, with ?authSource={database}"
        )
    if re.search(r'[/\\. "$*<>:|?\x00]', database):
        raise UsageError("store: the mongodb:// address names a database that there cannot be")


def _secrets(rest: str) -> list[str]:
    """Return what must not be shown, the longest first."""
    password = rest.rpartition("@")[0].partition(":")[2]
    options = re.findall(r"([^&=?]+)=([^&]+)", rest.partition("?")[2])
    secret = [value for name, value in options if name.lower() in _SECRET]
    found = {password, *(part for value in secret for part in re.split("[:,]", unquote(value)))}
    return sorted(filter(None, {*found, *map(unquote, found)}), key=len, reverse=True)
