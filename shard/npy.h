/* npy - the head of a NumPy array file, version 1, for arrays of integers with one long axis */
#ifndef SHARD_NPY_H
#define SHARD_NPY_H
#include <stdbool.h>
#include <stdint.h>
#include "core/slice.h"

enum { NPY_HEAD = 128 };

/* The head of a one-dimensional array of n unsigned numbers, little-endian; 128 bytes. */
void npy_head(unsigned char head[NPY_HEAD], unsigned width, uint64_t n);

struct npy {
    unsigned width;
    bool is_signed;
    uint64_t n;                 /* numbers in all, and */
    uint64_t head;              /* bytes before them */
};

/* Reads the head at the front of `bytes`. False when it is none of ours: not an array of integers
 * of 1 to 8 bytes, big-endian, or with more than one axis longer than 1. */
bool npy_parse(struct slice bytes, struct npy *a);

#endif
