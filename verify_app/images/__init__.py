"""Photos of codes: guards before decoding, the decoders' cascade, the process pool, and symbols written."""
