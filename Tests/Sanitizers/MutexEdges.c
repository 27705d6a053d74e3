// Tells the thread sanitizer what it cannot see of Synchronization.Mutex on Linux.
//
// Without contention a mutex is locked and unlocked by atomics in the caller, which are instrumented. With contention it
// goes through two functions of the standard library, which is not instrumented, and every access under the lock looks
// like a race. This library is loaded before it (LD_PRELOAD), calls it, and says that the lock was taken or given up.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SELF __attribute__((swift_context)) void *

// Absent in processes without the sanitizer.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void (*LockSlow)(uint32_t, SELF);
typedef __attribute__((swiftcall)) void (*UnlockSlow)(SELF);

__attribute__((swiftcall)) void kizuna_lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void kizuna_unlock_slow(SELF mutex) __asm__(UNLOCK_SLOW);

__attribute__((swiftcall)) void kizuna_lock_slow(uint32_t thread, SELF mutex) {
    static LockSlow next;
    if (!next) next = (LockSlow)dlsym(RTLD_NEXT, LOCK_SLOW);
    next(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void kizuna_unlock_slow(SELF mutex) {
    static UnlockSlow next;
    if (!next) next = (UnlockSlow)dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (__tsan_release) __tsan_release(mutex);
    next(mutex);
}
