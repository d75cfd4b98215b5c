// Events and the shards that they belong to, written down once from the first release: see domain/shard.h.
#pragma once
#include <array>

namespace ticketd::tests {

struct ShardVector {
  const char* event;
  int shards;
  int shard;
};

constexpr std::array kShardVectors = {
    ShardVector{"00000000-0000-0000-0000-000000000000", 1, 0},
    ShardVector{"00000000-0000-0000-0000-000000000000", 16, 0},
    ShardVector{"00000000-0000-0000-0000-000000000000", 97, 0},
    ShardVector{"00000000-0000-0000-0000-000000000000", 256, 0},
    ShardVector{"ffffffff-ffff-ffff-ffff-ffffffffffff", 1, 0},
    ShardVector{"ffffffff-ffff-ffff-ffff-ffffffffffff", 16, 15},
    ShardVector{"ffffffff-ffff-ffff-ffff-ffffffffffff", 97, 61},
    ShardVector{"ffffffff-ffff-ffff-ffff-ffffffffffff", 256, 255},
    ShardVector{"01993f2a-7c00-7000-8000-000000000001", 1, 0},
    ShardVector{"01993f2a-7c00-7000-8000-000000000001", 16, 0},
    ShardVector{"01993f2a-7c00-7000-8000-000000000001", 97, 1},
    ShardVector{"01993f2a-7c00-7000-8000-000000000001", 256, 0},
    ShardVector{"01993f2a-7c00-7000-80ff-000000000000", 16, 15},
    ShardVector{"01993f2a-7c00-7000-80ff-000000000000", 256, 255},
    ShardVector{"01993f2a-7c00-7000-bf00-000000000080", 16, 0},
    ShardVector{"01993f2a-7c00-7000-bf00-000000000080", 256, 0},
    ShardVector{"6513270e-269e-4d37-b2a7-4de452e6b438", 16, 7},
    ShardVector{"6513270e-269e-4d37-b2a7-4de452e6b438", 256, 167},
    ShardVector{"d23f0824-128b-4f33-8c5c-7fd0a6a3a450", 16, 12},
    ShardVector{"d23f0824-128b-4f33-8c5c-7fd0a6a3a450", 256, 92},
    ShardVector{"9531985d-5d9d-49f8-9818-e811892f902b", 16, 8},
    ShardVector{"9531985d-5d9d-49f8-9818-e811892f902b", 256, 24},
    ShardVector{"36f675cc-81e7-4ef5-a8e2-5d940ed90475", 16, 2},
    ShardVector{"36f675cc-81e7-4ef5-a8e2-5d940ed90475", 256, 226},
    ShardVector{"6b0d549b-6f03-475a-9600-a35a099950d8", 16, 0},
    ShardVector{"6b0d549b-6f03-475a-9600-a35a099950d8", 256, 0},
    ShardVector{"8d116ece-1738-47d9-bd9c-172411e20b8f", 16, 12},
    ShardVector{"8d116ece-1738-47d9-bd9c-172411e20b8f", 256, 156},
    ShardVector{"90c192cf-d3ac-44af-8f21-ddb66cad4a26", 16, 1},
    ShardVector{"90c192cf-d3ac-44af-8f21-ddb66cad4a26", 256, 33},
};

}  // namespace ticketd::tests
