/* url - judging a document by its address, with lists of domains, addresses and words
 *
 * The order and meaning of the tests are datatrove's (0.10, filters/url_filter.py): the registered
 * domain, the whole host, the whole address, a banned word among the pieces between characters that
 * are no letters or digits (case counts), several soft words, a banned string in the address
 * without such characters (case does not count). Beyond it: hosts are compared in lower case, IP
 * numbers are hosts, an address may stand in the list without its scheme, and an allow list goes
 * first. What a registered domain is says the ICANN part of libpsl's public suffix list.
 */
#ifndef FILTER_URL_H
#define FILTER_URL_H
#include "core/err.h"
#include "filter/strset.h"

enum { URL_HOST_MAX = 255, URL_SOFT_MAX = 64 };

struct url_lists {
    struct strset allow, domains, urls, words, soft;
    struct strset subwords;
    struct strset normal_urls;          /* of urls, when normal; made by url_lists_ready() */
    struct finder *finder;              /* of subwords */
    uint64_t soft_words;                /* so many drop; 1 to URL_SOFT_MAX */
    bool parents;                       /* a listed domain covers all hosts below it */
    bool normal;                        /* addresses are compared in their normal form */
};
void url_lists_init(struct url_lists *l);
void url_lists_free(struct url_lists *l);
/* Adds a list: one entry a line, "#" begins a comment, compressed or not. A line of a hosts file
 * ("0.0.0.0 example.com") gives its name. Words lose all but letters and digits. */
int url_read_domains(struct strset *s, const char *path, struct err *e);
int url_read_urls(struct strset *s, const char *path, struct err *e);
int url_read_words(struct strset *s, const char *path, struct err *e);
/* Adds all lists of a folder or archive, by their names: "domains" and "urls" as in UT1's
 * categories and datatrove's package, banned_words.txt and its like as in datatrove's. The folders
 * wanted are named by `categories`, parted by commas; NULL: all. ERR_USAGE if nothing is there. */
int url_read_folder(struct url_lists *l, const char *path, const char *categories, struct err *e);
void url_lists_ready(struct url_lists *l);          /* after the last list */

/* The host of an address in lower case, without user and port; {NULL, 0} if there is none or it is
 * too long. In `out`. */
struct slice url_host(struct slice url, char out[URL_HOST_MAX + 1]);
/* The part of a host (NUL-ended, as url_host() makes it) that somebody registered; {NULL, 0} for
 * IP numbers, public suffixes and names below none. */
struct slice url_registered(struct slice host);

/* The reason to drop this address, or NULL: "domain", "subdomain", "url", "hard_blacklisted",
 * "soft_blacklisted", "blacklisted_subword". */
const char *url_judge(const struct url_lists *l, struct slice url);

#endif
