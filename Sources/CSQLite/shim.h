#include <sqlite3.h>

/// Tells SQLite not to count the memory it uses. It has to come before anything else that SQLite is asked.
///
/// `sqlite3_config` takes a varying number of arguments, and Swift cannot call such a function.
static inline int kizuna_sqlite_omit_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
