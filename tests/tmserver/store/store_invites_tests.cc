// Invitations: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

using mail::Role;

constexpr size_t kInvites = 3;

struct Door : House {
  using House::House;

  mail::Result<mail::Invite> Invite(const std::string& code, int64_t uses = 1,
                                    int64_t now = 1000) {
    return desk.Invite({code, uses, "ana", At(now), At(now + 100), kInvites});
  }
  mail::Result<UserId> UseInvite(const std::string& user,
                                 const std::string& code, int64_t now = 1000) {
    return desk.Create({user, "hash", "", At(now), Role::kUser, code});
  }
};

BOOST_AUTO_TEST_SUITE(store_contract_invites)

BOOST_DATA_TEST_CASE(an_invitation_is_good_for_its_uses, kStores, engine) {
  Door house(engine);
  const auto invite = house.Invite("code", 2);
  BOOST_REQUIRE(invite.has_value());
  BOOST_TEST((house.store->FindInvite("code", At(1000)).value() == *invite));
  BOOST_TEST(house.UseInvite("dora", "code").has_value());
  BOOST_TEST(house.store->ListInvites(At(1000)).value().at(0).uses == 1);
  // What fails for another reason uses nothing.
  BOOST_TEST(
      (house.UseInvite("dora", "code").error().code == ErrorCode::kUserExists));
  BOOST_TEST(house.UseInvite("emma", "code").has_value());
  BOOST_TEST((house.UseInvite("flor", "code").error().code ==
              ErrorCode::kRegistrationClosed));
  BOOST_TEST(house.store->ListInvites(At(1000)).value().empty());
  BOOST_TEST(!house.store->FindInvite("code", At(1000)).value().has_value());
}

BOOST_DATA_TEST_CASE(an_invitation_ends, kStores, engine) {
  Door house(engine);
  const auto invite = house.Invite("code").value();
  BOOST_TEST((house.UseInvite("dora", "code", 1100).error().code ==
              ErrorCode::kRegistrationClosed));
  BOOST_TEST(house.store->ListInvites(At(1099)).value().size() == 1u);
  BOOST_TEST(house.store->ListInvites(At(1100)).value().empty());
  BOOST_TEST((house.desk.RevokeInvite(invite.id, 1100).error().code ==
              ErrorCode::kInviteNotFound));
}

BOOST_DATA_TEST_CASE(an_invitation_is_revoked, kStores, engine) {
  Door house(engine);
  const auto invite = house.Invite("code").value();
  BOOST_TEST((house.desk.RevokeInvite(invite.id, 1000).value() == invite));
  BOOST_TEST((house.desk.RevokeInvite(invite.id, 1000).error().code ==
              ErrorCode::kInviteNotFound));
  BOOST_TEST((house.UseInvite("dora", "code").error().code ==
              ErrorCode::kRegistrationClosed));
  BOOST_TEST(house.Invite("other").value().id != invite.id);
}

BOOST_DATA_TEST_CASE(invitations_have_a_limit_without_expired_ones, kStores,
                     engine) {
  Door house(engine);
  for (size_t i = 0; i < kInvites; ++i) {
    BOOST_TEST(house.Invite("code" + std::to_string(i)).has_value());
  }
  BOOST_TEST(
      (house.Invite("more").error().code == ErrorCode::kInvalidArgument));
  BOOST_TEST(house.Invite("more", 1, 1100).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
