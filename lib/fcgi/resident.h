#pragma once

namespace ticketd {

// Gives back the memory that a process at rest does not need: the heap's free pages, and those of programs and
// libraries, which the page cache has anyway. The next request faults in again what it uses, which takes about a
// millisecond.
void shrink_resident();

}  // namespace ticketd
