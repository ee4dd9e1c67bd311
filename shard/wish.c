/* wish - see wish.h. */
#include "shard/wish.h"
#include "core/json.h"

int wish_set(struct shard_wish *w, const struct wish_opts *o, const struct setup *s,
             struct err *e)
{
    uint64_t v = 0;
    *w = (struct shard_wish){.format = o->format ? shard_formats[o->format - 1] : NULL,
                             .doc_max = s->memory / 16, .id_bytes = (unsigned)o->id_bytes,
                             .column = o->column, .tmp = s->tmp, .tmp_max = s->tmp_max};
    if (o->id_bytes > 8 || (o->id_bytes & (o->id_bytes - 1)))
        return err_set(e, ERR_USAGE, "--id-bytes: 1, 2, 4 or 8");
    if (o->eod_id) {
        if (!json_u64(slice_str(o->eod_id), &v) || v > UINT32_MAX)
            return err_set(e, ERR_USAGE, "--eod-id: '%s' is no id", o->eod_id);
        w->has_eod = true;
        w->eod_id = (uint32_t)v;
    }
    return 0;
}
