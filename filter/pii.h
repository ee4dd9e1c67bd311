/* pii - what tells of a person or opens a door: e-mail addresses, public IP numbers, telephone and
 * card numbers, social security numbers, keys and tokens
 *
 * E-mail and IPv4 are found where datatrove's formatter finds them (0.10, formatters/pii.py: its
 * two regular expressions, matched by hand); IPv6 by a rule of our own, since it has none:
 * hexadecimal groups that inet_pton accepts, not part of a longer word, within 2000::/3. Of IP
 * numbers only public ones count, that is what IANA's special-purpose registries and Python's
 * is_global leave. Telephone, card and social security numbers: pii_numbers.c; keys: pii_keys.h.
 * Dolma's rules, which find other things, stand apart in pii_dolma.h.
 * All matching is linear in the text and a function of the text alone.
 */
#ifndef FILTER_PII_H
#define FILTER_PII_H
#include "filter/pii_keys.h"
#include "text/chars.h"

enum pii_kind { PII_EMAIL, PII_IPV4, PII_IPV6, PII_PHONE, PII_CARD, PII_SSN, PII_KEY, PII_KINDS };
extern const char *const pii_names[PII_KINDS];      /* "email", "ipv4", ... */

struct pii_match {
    enum pii_kind kind;
    size_t at, n;                   /* bytes */
};

/* Goes through the matches of a text in order; they do not overlap. What lies inside an e-mail
 * address is part of it. `kinds` has bit 1 << kind set for those wanted. */
struct pii_finder {
    const struct chars *chars;
    struct key_finder *keys;                /* needed for PII_KEY only */
    struct slice text;
    unsigned kinds;
    size_t from, limit;
    struct pii_match ahead[PII_KINDS];      /* n = 0: none known */
    size_t looked[PII_KINDS];               /* none of this kind before here */
};
void pii_start(struct pii_finder *f, const struct chars *c, struct key_finder *keys,
               struct slice text, unsigned kinds);
bool pii_next(struct pii_finder *f, struct pii_match *m);

/* The next dotted quad from `from` on that datatrove's expression finds, public or not. */
bool pii_next_quad(struct slice text, size_t from, struct pii_match *m);

/* pii_numbers.c: the next from `from` on in `text`. */
bool pii_next_phone(const struct chars *c, struct slice text, size_t from, struct pii_match *m);
bool pii_next_card(const struct chars *c, struct slice text, size_t from, struct pii_match *m);
bool pii_next_ssn(const struct chars *c, struct slice text, size_t from, struct pii_match *m);

/* Does Python's ipaddress call the address global? IPv6 outside 2000::/3 never is, here. */
bool pii_public_ipv4(uint32_t address);
bool pii_public_ipv6(const uint8_t address[16]);

#endif
