#define BOOST_TEST_MODULE turbomessage
#include <boost/test/unit_test.hpp>
