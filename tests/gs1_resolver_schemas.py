"""Our own statement, as JSON Schema, of what GS1-Conformant Resolver 1.2.0 asks of a linkset and a description file."""

_LINK = {
    "type": "object",
    "required": ["href", "title"],
    "additionalProperties": False,
    "properties": {
        "href": {"type": "string", "pattern": r"^https?://[A-Za-z0-9]"},
        "title": {"type": "string", "minLength": 1},
        "hreflang": {"type": "array", "items": {"type": "string", "pattern": r"^[a-z]{2}(-[A-Z]{2})?$"}},
        "type": {"type": "string", "pattern": r"^[\w]+/[-+.\w]+$"},
        "context": {"type": "array", "items": {"type": "string"}},
        "fwqs": {"type": "boolean"},
        "public": {"type": "boolean"},
    },
}
LINKSET = {
    "type": "object",
    "required": ["linkset"],
    "additionalProperties": False,
    "properties": {
        "linkset": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["anchor"],
                "properties": {
                    "anchor": {"type": "string", "pattern": r"^https?://[A-Za-z0-9.:/-]+"},
                    "description": {"type": "string"},
                    "itemDescription": {"type": "string"},
                },
                "patternProperties": {
                    r"^https://ref\.gs1\.org/voc/[A-Za-z]+$": {"type": "array", "minItems": 1, "items": _LINK}
                },
                "additionalProperties": False,
            },
        }
    },
}
_KEYS = "all 00 01 253 255 401 402 410 411 412 413 414 415 417 8003 8004 8006 8010 8013 8017 8018"
DESCRIPTION_FILE = {
    "type": "object",
    "required": ["resolverRoot", "supportedPrimaryKeys"],
    "properties": {
        "resolverRoot": {"type": "string", "pattern": "^https?://"},
        "supportedPrimaryKeys": {"type": "array", "minItems": 1, "items": {"enum": _KEYS.split()}},
        "name": {"type": "string"},
        "supportedLinkType": {
            "type": "array",
            "items": {
                "properties": {
                    "namespace": {"type": "string", "pattern": "^https?://"},
                    "prefix": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*:$"},
                }
            },
        },
        "linkTypeDefaultCanBeLinkset": {"type": "boolean"},
        "supportedContextValuesEnumerated": {"type": "array", "items": {"type": "string"}},
        "contact": {"type": "object", "properties": {"fn": {"type": "string"}}},
        "extensionProfile": {"type": "string"},
        "jsonLdContextLocation": {"type": "string"},
    },
}
