/* code_language - the language of a source file, see code.h. Three tables in byte order; where
 * languages share an extension, a few telling strings in the text decide. */
#include "read/code.h"

struct row {
    const char *key, *lang;
};

static const struct row EXTENSIONS[] = {
    {"1", "Roff"}, {"2", "Roff"}, {"3", "Roff"}, {"4", "Roff"}, {"4th", "Forth"}, {"5", "Roff"},
    {"6", "Roff"}, {"7", "Roff"}, {"8", "Roff"}, {"ada", "Ada"}, {"adb", "Ada"}, {"ado", "Stata"},
    {"adoc", "AsciiDoc"}, {"ads", "Ada"}, {"agda", "Agda"}, {"ahk", "AutoHotkey"},
    {"als", "Alloy"}, {"apex", "Apex"}, {"apl", "APL"}, {"applescript", "AppleScript"},
    {"as", "ActionScript"}, {"asciidoc", "AsciiDoc"}, {"asd", "Common Lisp"}, {"asm", "Assembly"},
    {"astro", "Astro"}, {"awk", "Awk"}, {"bas", "Visual Basic"}, {"bash", "Shell"},
    {"bat", "Batchfile"}, {"bats", "Shell"}, {"bazel", "Starlark"}, {"bib", "BibTeX"},
    {"bicep", "Bicep"}, {"bzl", "Starlark"}, {"c", "C"}, {"c++", "C++"}, {"cairo", "Cairo"},
    {"cake", "C#"}, {"capnp", "Cap'n Proto"}, {"cats", "C"}, {"cbl", "COBOL"}, {"cc", "C++"},
    {"cfg", "INI"}, {"cjs", "JavaScript"}, {"cl", "Common Lisp"}, {"cl_kernel", "OpenCL"},
    {"clj", "Clojure"}, {"cljc", "Clojure"}, {"cljs", "Clojure"}, {"cls", "TeX"},
    {"cmake", "CMake"}, {"cmd", "Batchfile"}, {"cob", "COBOL"}, {"coffee", "CoffeeScript"},
    {"comp", "GLSL"}, {"conf", "INI"}, {"coq", "Coq"}, {"cpp", "C++"}, {"cppm", "C++"},
    {"cpy", "COBOL"}, {"cr", "Crystal"}, {"cs", "C#"}, {"css", "CSS"}, {"csv", "CSV"},
    {"csx", "C#"}, {"cts", "TypeScript"}, {"cu", "CUDA"}, {"cue", "CUE"}, {"cuh", "CUDA"},
    {"cxx", "C++"}, {"d", "D"}, {"dart", "Dart"}, {"def", "Modula-2"}, {"dhall", "Dhall"},
    {"di", "D"}, {"diff", "Diff"}, {"do", "Stata"}, {"dockerfile", "Dockerfile"},
    {"dot", "Graphviz"}, {"dpr", "Pascal"}, {"dyalog", "APL"}, {"e", "Eiffel"},
    {"edn", "Clojure"}, {"ejs", "EJS"}, {"el", "Emacs Lisp"}, {"elm", "Elm"}, {"epp", "Puppet"},
    {"eps", "PostScript"}, {"erb", "ERB"}, {"erl", "Erlang"}, {"es6", "JavaScript"},
    {"ex", "Elixir"}, {"exs", "Elixir"}, {"f", "Fortran"}, {"f03", "Fortran"}, {"f08", "Fortran"},
    {"f77", "Fortran"}, {"f90", "Fortran"}, {"f95", "Fortran"}, {"feature", "Gherkin"},
    {"fish", "Fish"}, {"for", "Fortran"}, {"forth", "Forth"}, {"frag", "GLSL"},
    {"frm", "Visual Basic"}, {"fs", "F#"}, {"fsi", "F#"}, {"fsx", "F#"}, {"fth", "Forth"},
    {"fx", "HLSL"}, {"g4", "ANTLR"}, {"gd", "GDScript"}, {"gemspec", "Ruby"}, {"geojson", "JSON"},
    {"geom", "GLSL"}, {"glsl", "GLSL"}, {"go", "Go"}, {"gql", "GraphQL"}, {"gradle", "Gradle"},
    {"graphql", "GraphQL"}, {"groovy", "Groovy"}, {"gv", "Graphviz"}, {"gvy", "Groovy"},
    {"h", "C"}, {"h++", "C++"}, {"hack", "Hack"}, {"haml", "Haml"}, {"handlebars", "Handlebars"},
    {"hbs", "Handlebars"}, {"hcl", "HCL"}, {"hh", "C++"}, {"hlsl", "HLSL"}, {"hpp", "C++"},
    {"hrl", "Erlang"}, {"hs", "Haskell"}, {"htm", "HTML"}, {"html", "HTML"}, {"hx", "Haxe"},
    {"hxx", "C++"}, {"idc", "C"}, {"idr", "Idris"}, {"ijs", "J"}, {"ini", "INI"}, {"inl", "C++"},
    {"ino", "C++"}, {"ipp", "C++"}, {"ipynb", "Jupyter Notebook"}, {"ixx", "C++"},
    {"j2", "Jinja"}, {"jade", "Pug"}, {"jav", "Java"}, {"java", "Java"}, {"jinja", "Jinja"},
    {"jinja2", "Jinja"}, {"jl", "Julia"}, {"js", "JavaScript"}, {"jsm", "JavaScript"},
    {"json", "JSON"}, {"json5", "JSON"}, {"jsonc", "JSON"}, {"jsonl", "JSON lines"},
    {"jsonnet", "Jsonnet"}, {"jsx", "JavaScript"}, {"ksh", "Shell"}, {"kt", "Kotlin"},
    {"kts", "Kotlin"}, {"l", "Lex"}, {"lean", "Lean"}, {"less", "Less"}, {"lex", "Lex"},
    {"lhs", "Haskell"}, {"libsonnet", "Jsonnet"}, {"liquid", "Liquid"}, {"lisp", "Common Lisp"},
    {"litcoffee", "CoffeeScript"}, {"ll", "LLVM"}, {"lpr", "Pascal"}, {"ls", "LiveScript"},
    {"lsp", "Common Lisp"}, {"ltx", "TeX"}, {"lua", "Lua"}, {"m", "Objective-C"},
    {"mak", "Makefile"}, {"man", "Roff"}, {"markdown", "Markdown"}, {"matlab", "MATLAB"},
    {"md", "Markdown"}, {"mdoc", "Roff"}, {"mdx", "Markdown"}, {"mercury", "Mercury"},
    {"mermaid", "Mermaid"}, {"meson", "Meson"}, {"metal", "Metal"}, {"mjs", "JavaScript"},
    {"mk", "Makefile"}, {"mkd", "Markdown"}, {"ml", "OCaml"}, {"mli", "OCaml"}, {"mll", "OCaml"},
    {"mly", "OCaml"}, {"mm", "Objective-C++"}, {"mmd", "Mermaid"}, {"mod", "Modula-2"},
    {"move", "Move"}, {"mpl", "Maple"}, {"mts", "TypeScript"}, {"mustache", "Handlebars"},
    {"nasm", "Assembly"}, {"nb", "Mathematica"}, {"ndjson", "JSON lines"}, {"nim", "Nim"},
    {"nims", "Nim"}, {"ninja", "Ninja"}, {"nix", "Nix"}, {"ob2", "Oberon"}, {"odin", "Odin"},
    {"opencl", "OpenCL"}, {"org", "Org"}, {"p6", "Raku"}, {"pas", "Pascal"}, {"patch", "Diff"},
    {"php", "PHP"}, {"php3", "PHP"}, {"php4", "PHP"}, {"php5", "PHP"}, {"phtml", "PHP"},
    {"pkb", "PLSQL"}, {"pks", "PLSQL"}, {"pl", "Perl"}, {"plantuml", "PlantUML"},
    {"pls", "PLSQL"}, {"plsql", "PLSQL"}, {"pm", "Perl"}, {"pm6", "Raku"}, {"po", "Gettext"},
    {"podspec", "Ruby"}, {"pot", "Gettext"}, {"pp", "Pascal"}, {"pro", "Prolog"},
    {"prolog", "Prolog"}, {"properties", "INI"}, {"proto", "Protocol Buffer"},
    {"ps", "PostScript"}, {"ps1", "PowerShell"}, {"psd1", "PowerShell"}, {"psgi", "Perl"},
    {"psm1", "PowerShell"}, {"pug", "Pug"}, {"puml", "PlantUML"}, {"purs", "PureScript"},
    {"pxd", "Python"}, {"pxi", "Cython"}, {"py", "Python"}, {"pyi", "Python"}, {"pyw", "Python"},
    {"pyx", "Python"}, {"r", "R"}, {"rake", "Ruby"}, {"raku", "Raku"}, {"rakumod", "Raku"},
    {"rb", "Ruby"}, {"re", "Reason"}, {"rego", "Rego"}, {"rei", "Reason"}, {"res", "ReScript"},
    {"resi", "ReScript"}, {"rkt", "Racket"}, {"rktl", "Racket"}, {"rmd", "R"}, {"roff", "Roff"},
    {"rs", "Rust"}, {"rss", "XML"}, {"rst", "reStructuredText"}, {"ru", "Ruby"},
    {"s", "Assembly"}, {"sas", "SAS"}, {"sass", "Sass"}, {"sbt", "Scala"}, {"sc", "Scala"},
    {"scala", "Scala"}, {"scm", "Scheme"}, {"scss", "SCSS"}, {"sed", "Sed"}, {"sh", "Shell"},
    {"sig", "Standard ML"}, {"sld", "Scheme"}, {"slim", "Slim"}, {"sml", "Standard ML"},
    {"sol", "Solidity"}, {"spec", "RPM Spec"}, {"sps", "SPSS"}, {"sql", "SQL"}, {"ss", "Scheme"},
    {"st", "Smalltalk"}, {"stan", "Stan"}, {"star", "Starlark"}, {"sty", "TeX"},
    {"styl", "Stylus"}, {"sv", "SystemVerilog"}, {"svelte", "Svelte"}, {"svg", "SVG"},
    {"svh", "SystemVerilog"}, {"swift", "Swift"}, {"t", "Perl"}, {"tcc", "C++"}, {"tcl", "Tcl"},
    {"tesc", "GLSL"}, {"tese", "GLSL"}, {"tex", "TeX"}, {"text", "Text"}, {"tf", "HCL"},
    {"tfvars", "HCL"}, {"thrift", "Thrift"}, {"thy", "Isabelle"}, {"tk", "Tcl"}, {"tla", "TLA"},
    {"toml", "TOML"}, {"tpp", "C++"}, {"ts", "TypeScript"}, {"tsv", "CSV"}, {"tsx", "TSX"},
    {"twig", "Twig"}, {"txt", "Text"}, {"v", "Verilog"}, {"vb", "Visual Basic"},
    {"vbs", "Visual Basic"}, {"vert", "GLSL"}, {"vh", "Verilog"}, {"vhd", "VHDL"},
    {"vhdl", "VHDL"}, {"vim", "Vim Script"}, {"vsh", "V"}, {"vue", "Vue"}, {"vy", "Vyper"},
    {"w", "C"}, {"wast", "WebAssembly"}, {"wat", "WebAssembly"}, {"webmanifest", "JSON"},
    {"wgsl", "WGSL"}, {"wl", "Mathematica"}, {"wls", "Mathematica"}, {"wsdl", "XML"},
    {"wsgi", "Python"}, {"xaml", "XML"}, {"xhtml", "HTML"}, {"xml", "XML"}, {"xsd", "XML"},
    {"xsl", "XML"}, {"xslt", "XML"}, {"y", "Bison"}, {"yaml", "YAML"}, {"yml", "YAML"},
    {"yy", "Bison"}, {"zig", "Zig"}, {"zsh", "Shell"},
};

static const struct row NAMES[] = {
    {".babelrc", "JSON"}, {".bash_profile", "Shell"}, {".bashrc", "Shell"},
    {".clang-format", "YAML"}, {".clang-tidy", "YAML"}, {".dockerignore", "Git config"},
    {".editorconfig", "EditorConfig"}, {".emacs", "Emacs Lisp"}, {".eslintrc", "JSON"},
    {".gitattributes", "Git config"}, {".gitconfig", "INI"}, {".gitignore", "Git config"},
    {".gitmodules", "Git config"}, {".npmignore", "Git config"}, {".npmrc", "INI"},
    {".prettierrc", "JSON"}, {".profile", "Shell"}, {".pylintrc", "INI"},
    {".vimrc", "Vim Script"}, {".zshrc", "Shell"}, {"aclocal.m4", "M4"}, {"apkbuild", "Shell"},
    {"authors", "Text"}, {"brewfile", "Ruby"}, {"buck", "Starlark"}, {"build", "Starlark"},
    {"build.bazel", "Starlark"}, {"capfile", "Ruby"}, {"changelog", "Text"},
    {"cmakelists.txt", "CMake"}, {"configure.ac", "Shell"}, {"containerfile", "Dockerfile"},
    {"contributing", "Text"}, {"copying", "Text"}, {"cpanfile", "Perl"},
    {"dockerfile", "Dockerfile"}, {"fastfile", "Ruby"}, {"gemfile", "Ruby"},
    {"gnumakefile", "Makefile"}, {"go.mod", "Go module"}, {"guardfile", "Ruby"},
    {"install", "Text"}, {"jenkinsfile", "Groovy"}, {"justfile", "Just"}, {"kbuild", "Makefile"},
    {"licence", "Text"}, {"license", "Text"}, {"makefile", "Makefile"},
    {"makefile.am", "Makefile"}, {"makefile.in", "Makefile"}, {"meson.build", "Meson"},
    {"meson_options.txt", "Meson"}, {"news", "Text"}, {"nginx.conf", "Nginx"}, {"notice", "Text"},
    {"pkgbuild", "Shell"}, {"podfile", "Ruby"}, {"procfile", "Procfile"}, {"rakefile", "Ruby"},
    {"readme", "Text"}, {"sconscript", "Python"}, {"sconstruct", "Python"},
    {"snakefile", "Python"}, {"tiltfile", "Starlark"}, {"todo", "Text"}, {"vagrantfile", "Ruby"},
    {"workspace", "Starlark"}, {"wscript", "Python"},
};

static const struct row INTERPRETERS[] = {
    {"Rscript", "R"}, {"ash", "Shell"}, {"awk", "Awk"}, {"bash", "Shell"}, {"bb", "Clojure"},
    {"bun", "JavaScript"}, {"clojure", "Clojure"}, {"crystal", "Crystal"}, {"csi", "Scheme"},
    {"dash", "Shell"}, {"deno", "TypeScript"}, {"elixir", "Elixir"}, {"emacs", "Emacs Lisp"},
    {"escript", "Erlang"}, {"expect", "Tcl"}, {"fish", "Fish"}, {"gawk", "Awk"},
    {"groovy", "Groovy"}, {"guile", "Scheme"}, {"jruby", "Ruby"}, {"julia", "Julia"},
    {"kotlin", "Kotlin"}, {"ksh", "Shell"}, {"lua", "Lua"}, {"luajit", "Lua"},
    {"make", "Makefile"}, {"mawk", "Awk"}, {"nawk", "Awk"}, {"nix-shell", "Nix"},
    {"node", "JavaScript"}, {"nodejs", "JavaScript"}, {"ocaml", "OCaml"}, {"perl", "Perl"},
    {"perl6", "Raku"}, {"php", "PHP"}, {"pwsh", "PowerShell"}, {"pypy", "Python"},
    {"pypy3", "Python"}, {"python", "Python"}, {"python2", "Python"}, {"python3", "Python"},
    {"racket", "Racket"}, {"raku", "Raku"}, {"rdmd", "D"}, {"ruby", "Ruby"},
    {"runghc", "Haskell"}, {"runhaskell", "Haskell"}, {"sbcl", "Common Lisp"}, {"scala", "Scala"},
    {"sed", "Sed"}, {"sh", "Shell"}, {"stack", "Haskell"}, {"swift", "Swift"}, {"tclsh", "Tcl"},
    {"ts-node", "TypeScript"}, {"tsx", "TypeScript"}, {"wish", "Tcl"}, {"zsh", "Shell"},
};

#define N(table) (sizeof table / sizeof table[0])
#define LOOK 8192               /* bytes of the text that a decision may look at */

static const char *find(const struct row *t, size_t n, struct slice key)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = slice_cmp(slice_str(t[mid].key), key);
        if (c == 0)
            return t[mid].lang;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static struct slice lower(char *out, size_t cap, struct slice s)
{
    size_t n = s.n < cap ? s.n : 0;         /* longer than any key: no key */
    for (size_t i = 0; i < n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 32) : s.p[i];
    return slice_of(out, n);
}

static struct slice base_name(struct slice path)
{
    for (size_t i = path.n; i > 0; i--) {
        if (path.p[i - 1] == '/')
            return slice_from(path, i);
    }
    return path;
}

static bool holds(struct slice text, const char *s)
{
    return slice_find(text, slice_str(s)) < text.n;
}

/* Extensions that several languages use. */
static const char *by_text(struct slice ext, struct slice t, const char *lang)
{
    if (slice_is(ext, "h") && (holds(t, "\nclass ") || holds(t, "\nnamespace ") ||
                               holds(t, "\ntemplate ") || holds(t, "std::")))
        return "C++";
    if (slice_is(ext, "h") && (holds(t, "@interface") || holds(t, "#import ")))
        return "Objective-C";
    if (slice_is(ext, "m") && !holds(t, "@") && !holds(t, "#import") && !holds(t, "/*"))
        return "MATLAB";
    if (slice_is(ext, "ts") && (holds(slice_upto(t, 200), "<TS") || holds(t, "<!DOCTYPE TS")))
        return "XML";
    if (slice_is(ext, "pl") && holds(t, ":-") && !holds(t, "my $") && !holds(t, "use "))
        return "Prolog";
    if (slice_is(ext, "v") && (holds(t, "Theorem ") || holds(t, "Require Import") ||
                               holds(t, "Lemma ")))
        return "Coq";
    if (slice_is(ext, "d") && holds(slice_upto(t, 400), ".o:"))
        return "Makefile";
    if (slice_is(ext, "pp") && (holds(t, "=> ") || holds(t, "node ")) && !holds(t, "begin"))
        return "Puppet";
    if (slice_is(ext, "t") && !holds(t, "use ") && holds(slice_upto(t, 2), "#!"))
        return NULL;                        /* tests in any language: ask the shebang */
    return lang;
}

static const char *by_shebang(struct slice text)
{
    if (!slice_starts(text, SLICE("#!")))
        return NULL;
    struct slice line = slice_upto(slice_from(text, 2), 200), word;
    line = slice_upto(line, slice_find_byte(line, '\n'));
    while (slice_next(&line, ' ', &word)) {
        word = base_name(slice_trim(word));
        size_t eq = slice_find_byte(word, '=');
        if (word.n == 0 || slice_is(word, "env") || word.p[0] == '-' || eq < word.n)
            continue;
        const char *lang = find(INTERPRETERS, N(INTERPRETERS), word);
        while (!lang && word.n && ((word.p[word.n - 1] >= '0' && word.p[word.n - 1] <= '9') ||
                                   word.p[word.n - 1] == '.')) {
            word.n--;                       /* python3.11 */
            lang = find(INTERPRETERS, N(INTERPRETERS), word);
        }
        return lang;
    }
    return NULL;
}

const char *code_language(struct slice path, struct slice text)
{
    char low[64];
    struct slice name = lower(low, sizeof low, base_name(path));
    struct slice look = slice_upto(text, LOOK);
    const char *lang = find(NAMES, N(NAMES), name);
    if (lang)
        return lang;
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.')
        dot--;
    struct slice ext = dot > 1 ? slice_from(name, dot) : slice_of("", 0);
    lang = ext.n ? find(EXTENSIONS, N(EXTENSIONS), ext) : NULL;
    if (lang)
        lang = by_text(ext, look, lang);
    return lang ? lang : by_shebang(look);
}
