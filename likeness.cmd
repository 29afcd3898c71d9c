@node "%~dp0build\likeness.mjs" --run %*
