/* rank - which share of the units this process takes (CONTRACT.md section 7).
 *
 * Nothing is taken from the environment unless asked. A scheduler tells the rank; the world size
 * comes from it only where it cannot mislead: the number of tasks of a Slurm array is that of the
 * tasks submitted, which is wrong when only failed ranks run again. */
#include <stdlib.h>
#include "core/json.h"
#include "core/run.h"

static int from_env(const char *name, uint64_t *out, struct err *e)
{
    const char *v = getenv(name);
    if (!v)
        return err_set(e, ERR_USAGE, "--rank: %.80s is not set", name);
    if (!json_u64(slice_str(v), out))
        return err_set(e, ERR_USAGE, "--rank: %.80s is '%.40s', no number", name, v);
    return 0;
}

int rank_parse(const char *spec, uint64_t *rank, uint64_t *world, struct err *e)
{
    if (!strcmp(spec, "slurm")) {
        if (getenv("SLURM_ARRAY_TASK_ID"))
            return from_env("SLURM_ARRAY_TASK_ID", rank, e);
        if (!*world && getenv("SLURM_NTASKS") && from_env("SLURM_NTASKS", world, e))
            return -1;
        return from_env("SLURM_PROCID", rank, e);
    }
    if (!strcmp(spec, "k8s"))
        return from_env("JOB_COMPLETION_INDEX", rank, e);
    if (!strncmp(spec, "env:", 4))
        return from_env(spec + 4, rank, e);
    if (!json_u64(slice_str(spec), rank))
        return err_set(e, ERR_USAGE, "--rank: '%.40s' is not a number, slurm, k8s or env:NAME",
                       spec);
    return 0;
}
