"""Understanding: text and the active grammars in, one `Meaning` out. Pure; knows no language by itself."""
