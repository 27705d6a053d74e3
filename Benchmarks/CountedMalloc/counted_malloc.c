// Counts allocations by standing in for `malloc`: whatever a process that links this asks for is counted and handed on
// to the C library. Nothing else is replaced, so what is freed or grown goes to the C library directly. It is C
// because Swift reserves the symbol for its runtime, which is the one that is counted.

#include "counted_malloc.h"
#include <stdlib.h>

#ifdef __GLIBC__
static long count;
void *__libc_malloc(size_t size);

void *malloc(size_t size) {
    __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
    return __libc_malloc(size);
}

long counted_mallocs(void) { return __atomic_load_n(&count, __ATOMIC_RELAXED); }
#else
long counted_mallocs(void) { return -1; }
#endif
