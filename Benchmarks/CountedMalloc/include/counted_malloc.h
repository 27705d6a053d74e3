#pragma once

/// How often this process has asked for memory; -1 where allocations are not counted.
long counted_mallocs(void);
