/* folder_list - see folder_list.h. */
#include "core/folder_list.h"
#include <stdio.h>
#include <unistd.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"

static struct slice member_of(struct slice object, const char *key)
{
    struct slice v = json_find(object, slice_str(key), NULL);
    return v.p ? v : (struct slice){"", 0};
}

static const char *string_of(struct folder_list *l, struct slice value)
{
    uint64_t repaired = 0;
    return json_is_string(value) ? arena_str(&l->names, json_string(value, &l->names, &repaired))
                                 : NULL;
}

static bool list_units(struct folder_list *l, const char *path, struct slice manifest)
{
    struct json_iter units, outs;
    struct json_member u, o;
    size_t at;
    if (json_check(manifest, &at) || !json_iter_init(&units, member_of(manifest, "units")))
        return false;
    while (json_iter_next(&units, &u)) {
        if (!json_iter_init(&outs, member_of(u.value, "outputs")) || !json_iter_next(&outs, &o))
            return false;
        const char *unit = string_of(l, member_of(u.value, "unit"));
        const char *name = string_of(l, member_of(o.value, "name"));
        if (!unit || !name)
            return false;
        if ((l->n & (l->n - 1)) == 0) {
            l->units = mem_grow_array(l->units, l->n ? 2 * l->n : 1, sizeof *l->units);
            l->paths = mem_grow_array(l->paths, l->n ? 2 * l->n : 1, sizeof *l->paths);
        }
        l->units[l->n] = unit;
        l->paths[l->n++] = arena_str(&l->names, arena_fmt(&l->names, "%s/%s", path, name));
    }
    return !units.failed;
}

int folder_list(struct folder_list *l, const char *path, struct err *e)
{
    struct buf manifest;
    size_t room = strlen(path) + sizeof "/manifest.json";
    char *file = mem_alloc(room);
    *l = (struct folder_list){.n = 0};
    arena_init(&l->names);
    buf_init(&manifest, BUF_NO_LIMIT);
    snprintf(file, room, "%s/manifest.json", path);
    bool ok = access(file, R_OK) == 0 && !docs_read_file(file, &manifest, e) &&
              list_units(l, path, slice_trim(buf_slice(&manifest)));
    buf_free(&manifest);
    mem_free(file);
    if (ok)
        return 0;
    err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    return err_set(e, ERR_USAGE, "is no folder of outputs, or not complete (it has no "
                   "manifest.json): run the ranks that are missing");
}

void folder_list_free(struct folder_list *l)
{
    mem_free(l->units);
    mem_free(l->paths);
    arena_free(&l->names);
    *l = (struct folder_list){.n = 0};
}
