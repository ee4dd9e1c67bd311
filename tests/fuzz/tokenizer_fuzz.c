/* tokenizer - vocabulary files of every kind, and a text through each that loads. */
#include "tests/fuzz/fuzz.h"
#include "tokenize/encode.h"

static void use(const struct tokenizer *t, bool spans)
{
    struct encode_opts o = {SPECIAL_PARSE, NULL, true, spans};
    struct encoder *en = encoder_new(t, &o);
    const uint32_t *ids;
    size_t n;
    uint32_t bad;
    struct buf out;
    buf_init(&out, 1 << 20);
    struct slice text = SLICE(" The cat's 12 \xE6\xBC\xA2\xE5\xAD\x97 e\xCC\x81 <|end|> \xFF\n");
    if (encoder_run(en, text, &ids, &n) == ENCODE_OK)
        tokenizer_decode(t, ids, n, (struct decode_opts){spans, true}, &out, &bad);
    buf_free(&out);
    encoder_free(en);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e;
    err_init(&e);
    struct load_opts o = {size % 4 == 1 ? "gpt2" : NULL, NULL, UNICODE_DEFAULT, NULL};
    struct tokenizer *t = tokenizer_load(fuzz_file(data, size, ".json"), &o, &e);
    if (t)
        use(t, size % 2);
    tokenizer_free(t);
    return 0;
}
