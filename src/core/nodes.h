/*
 * nodes.h - Gauss-Legendre rules and Chebyshev points on [0, 1], and such rules
 * for v = sin(angle)^2 in the angle (front) and in its root (spot).
 *
 * Constants rather than computed at run time, because what is integrated with
 * them is stored (design: the same bits on every machine).  Made by
 * test/oracle/nodes.py; a test compares them with GSL's.
 */
#ifndef PM_NODES_H
#define PM_NODES_H

static const double pm_gauss_node_12[12] = {
	0x1.2e1c4e37a2fdep-7, 0x1.88bc58023ba64p-5, 0x1.d73d4449dc328p-4, 0x1.a6961f47f100fp-3,
	0x1.43ab96faba731p-2, 0x1.bfe1681c273c7p-2, 0x1.200f4bf1ec61dp-1, 0x1.5e2a3482a2c67p-1,
	0x1.965a782e03bfcp-1, 0x1.c5185776c479bp-1, 0x1.e7743a7fdc45ap-1, 0x1.fb478ec721741p-1
};
static const double pm_gauss_weight_12[12] = {
	0x1.8275d9dea6d8fp-6, 0x1.b60602bce6181p-5, 0x1.47d7258f22d8fp-4, 0x1.a0163e6b1ab72p-4,
	0x1.de3155c256ab5p-4, 0x1.fe40ce6d4f025p-4, 0x1.fe40ce6d4f025p-4, 0x1.de3155c256ab5p-4,
	0x1.a0163e6b1ab72p-4, 0x1.47d7258f22d8fp-4, 0x1.b60602bce6181p-5, 0x1.8275d9dea6d8fp-6
};
static const double pm_gauss_node_16[16] = {
	0x1.5b4f66ca1e083p-8, 0x1.c60a99e906503p-6, 0x1.132ff2bac6df4p-4, 0x1.f4ee8896e3653p-4,
	0x1.874b732542e90p-3, 0x1.157ed32de2c47p-2, 0x1.6fd1a8cdee642p-2, 0x1.cf5a853312ac1p-2,
	0x1.1852bd6676aa0p-1, 0x1.48172b9908cdfp-1, 0x1.754096690e9ddp-1, 0x1.9e2d2336af45cp-1,
	0x1.c1622eed23936p-1, 0x1.dd9a01a8a7241p-1, 0x1.f1cfab30b7cd8p-1, 0x1.fd4961326bc3fp-1
};
static const double pm_gauss_weight_16[16] = {
	0x1.bcddab4b7c211p-7, 0x1.fdfb1a2c1265dp-6, 0x1.85c4ee79cc258p-5, 0x1.fe7af2bad386ap-5,
	0x1.325f61bca3cbfp-4, 0x1.5a6ebbb5a75fcp-4, 0x1.75f8c77e0c00fp-4, 0x1.83feae80e4dfcp-4,
	0x1.83feae80e4dfcp-4, 0x1.75f8c77e0c00fp-4, 0x1.5a6ebbb5a75fcp-4, 0x1.325f61bca3cbfp-4,
	0x1.fe7af2bad386ap-5, 0x1.85c4ee79cc258p-5, 0x1.fdfb1a2c1265dp-6, 0x1.bcddab4b7c211p-7
};
static const double pm_gauss_node_26[26] = {
	0x1.0da27b068a275p-9, 0x1.622202af0362cp-7, 0x1.b0df78127f69ep-6, 0x1.8ecb99ea562d7p-5,
	0x1.3c86d66980075p-4, 0x1.c9f629e5ee16ep-4, 0x1.36dbc5b1d04a4p-3, 0x1.92bf416b042dep-3,
	0x1.f75b51377edbep-3, 0x1.31a3334a4c675p-2, 0x1.6a7e577844a6ep-2, 0x1.a572c2bd1db48p-2,
	0x1.e1ac97db906c3p-2, 0x1.0f29b41237c9fp-1, 0x1.2d469ea17125cp-1, 0x1.4ac0d443ddac9p-1,
	0x1.672e665ad9cc5p-1, 0x1.82292bb220491p-1, 0x1.9b502fa53ef48p-1, 0x1.b2490e938bed7p-1,
	0x1.c6c13ac3423d2p-1, 0x1.d86f2532cfff1p-1, 0x1.e71346615a9d3p-1, 0x1.f279043f6c04bp-1,
	0x1.fa7777f543f27p-1, 0x1.fef25d84f975ep-1
};
static const double pm_gauss_weight_26[26] = {
	0x1.59bf5428e209cp-8, 0x1.900fe3f869b55p-7, 0x1.36fce35747b83p-6, 0x1.a1980dd13624cp-6,
	0x1.032ba57abce0cp-5, 0x1.31e801cc5e839p-5, 0x1.5c59156bc492bp-5, 0x1.81e65475c4b54p-5,
	0x1.a208c9728627cp-5, 0x1.bc4cf7f9b6f16p-5, 0x1.d0547aeae7cfcp-5, 0x1.ddd75758196a8p-5,
	0x1.e4a4ff10a7635p-5, 0x1.e4a4ff10a7635p-5, 0x1.ddd75758196a8p-5, 0x1.d0547aeae7cfcp-5,
	0x1.bc4cf7f9b6f16p-5, 0x1.a208c9728627cp-5, 0x1.81e65475c4b54p-5, 0x1.5c59156bc492bp-5,
	0x1.31e801cc5e839p-5, 0x1.032ba57abce0cp-5, 0x1.a1980dd13624cp-6, 0x1.36fce35747b83p-6,
	0x1.900fe3f869b55p-7, 0x1.59bf5428e209cp-8
};
static const double pm_gauss_node_34[34] = {
	0x1.3e466c1c2504ep-10, 0x1.a284d76aad215p-8, 0x1.005787a1bcdc3p-6, 0x1.d9ce3e73f8b51p-6,
	0x1.799c8f3351e7ep-5, 0x1.1290dc3f09212p-4, 0x1.770566e460d3fp-4, 0x1.e956d165ec61bp-4,
	0x1.34494e1b5d176p-3, 0x1.79d570bc7ea93p-3, 0x1.c4bc48e589061p-3, 0x1.0a2f79939fbe6p-2,
	0x1.340a40b3efd6cp-2, 0x1.5f95b0a058604p-2, 0x1.8c756a576bf23p-2, 0x1.ba4a3cfc98d52p-2,
	0x1.e8b2efc62118cp-2, 0x1.0ba6881cef73ap-1, 0x1.22dae181b3957p-1, 0x1.39c54ad44a06fp-1,
	0x1.503527afd3cfep-1, 0x1.65fadfa60814ap-1, 0x1.7ae843363020dp-1, 0x1.8ed0edc69dbe8p-1,
	0x1.a18aa3d0e055bp-1, 0x1.b2edac7928ba3p-1, 0x1.c2d525d34273dp-1, 0x1.d11f532373e58p-1,
	0x1.ddade4781edbep-1, 0x1.e866370ccae18p-1, 0x1.f1318e0c603a5p-1, 0x1.f7fd43c2f2192p-1,
	0x1.fcbaf6512aa5cp-1, 0x1.ff60dcc9f1ed8p-1
};
static const double pm_gauss_weight_34[34] = {
	0x1.983ba2f845cccp-9, 0x1.d980c036aafd0p-8, 0x1.71af1c003d3a7p-7, 0x1.f3921ea9ba97dp-7,
	0x1.38a92604f767dp-6, 0x1.74f22093f1478p-6, 0x1.ae24078c63aa9p-6, 0x1.e3c57fc2540bfp-6,
	0x1.0ab260faae509p-5, 0x1.214c44b4255cdp-5, 0x1.3580791fc6babp-5, 0x1.47242246bf59bp-5,
	0x1.5611d4fff98c0p-5, 0x1.6229e64701e88p-5, 0x1.6b52ae64c24ebp-5, 0x1.7178bf592505fp-5,
	0x1.748f0e111b915p-5, 0x1.748f0e111b915p-5, 0x1.7178bf592505fp-5, 0x1.6b52ae64c24ebp-5,
	0x1.6229e64701e88p-5, 0x1.5611d4fff98c0p-5, 0x1.47242246bf59bp-5, 0x1.3580791fc6babp-5,
	0x1.214c44b4255cdp-5, 0x1.0ab260faae509p-5, 0x1.e3c57fc2540bfp-6, 0x1.ae24078c63aa9p-6,
	0x1.74f22093f1478p-6, 0x1.38a92604f767dp-6, 0x1.f3921ea9ba97dp-7, 0x1.71af1c003d3a7p-7,
	0x1.d980c036aafd0p-8, 0x1.983ba2f845cccp-9
};
static const double pm_gauss_node_52[52] = {
	0x1.12f5be05cea50p-11, 0x1.69eaa65aa9a23p-9, 0x1.bc218d34dc65fp-8, 0x1.9b809ff7b0a6cp-7,
	0x1.490ec3b532e20p-6, 0x1.e082daca3b694p-6, 0x1.49c8e9b2da62ap-5, 0x1.b0cbccf8c4a6dp-5,
	0x1.1275d8be4d063p-4, 0x1.52df16566d795p-4, 0x1.9966987061ae6p-4, 0x1.e5cbbcd0b91d7p-4,
	0x1.1be4408b2462ap-3, 0x1.4788e172d2130p-3, 0x1.75abc262bbd70p-3, 0x1.a6229bb6ae355p-3,
	0x1.d8c103a226a00p-3, 0x1.06ac4b71f968fp-2, 0x1.21dc91a47a0e3p-2, 0x1.3dd869eb8c16cp-2,
	0x1.5a862f3c08a63p-2, 0x1.77cb997cfb69ap-2, 0x1.958dd59d5e3c7p-2, 0x1.b3b19e292e4c7p-2,
	0x1.d21b544753f98p-2, 0x1.f0af190976842p-2, 0x1.07a8737b44bdfp-1, 0x1.16f255dc56034p-1,
	0x1.262730eb68d9dp-1, 0x1.3539153150e1dp-1, 0x1.441a3341824b3p-1, 0x1.52bce861fbacfp-1,
	0x1.6113cb0a39f4ap-1, 0x1.6f11b72dc2f8fp-1, 0x1.7ca9da47034b9p-1, 0x1.89cfbf1776580p-1,
	0x1.967759125472bp-1, 0x1.a2950f67510a4p-1, 0x1.ae1dc7a34b7b4p-1, 0x1.b906efdd36e76p-1,
	0x1.c3468865e8dc5p-1, 0x1.ccd32cf1f3ca3p-1, 0x1.d5a41d353250dp-1, 0x1.ddb144e8365f4p-1,
	0x1.e4f3433073b59p-1, 0x1.eb637164d259dp-1, 0x1.f0fbe929ae24bp-1, 0x1.f5b789e25668fp-1,
	0x1.f991fd80213d6p-1, 0x1.fc87bce596473p-1, 0x1.fe961559a5566p-1, 0x1.ffbb42907e8c5p-1
};
static const double pm_gauss_weight_52[52] = {
	0x1.60c19c9137024p-10, 0x1.99f646d71eda9p-9, 0x1.413675777aacbp-8, 0x1.b44f47b221108p-8,
	0x1.12ec84eda580dp-7, 0x1.4ab592399b00cp-7, 0x1.814f99e63f141p-7, 0x1.b6888bff32edap-7,
	0x1.ea2f9fe4760dbp-7, 0x1.0e0abf4f6d83fp-6, 0x1.260636ba228bap-6, 0x1.3cf43bc01b425p-6,
	0x1.52bfcaecf2adap-6, 0x1.6754eb03ee516p-6, 0x1.7aa0bf49d6c2ep-6, 0x1.8c9198cbf82b1p-6,
	0x1.9d170693848a8p-6, 0x1.ac21e4b60cf27p-6, 0x1.b9a46a350a919p-6, 0x1.c592359fa312dp-6,
	0x1.cfe0586b04977p-6, 0x1.d88560f6ea893p-6, 0x1.df79633517c6cp-6, 0x1.e4b5ffebd4b18p-6,
	0x1.e8366a8cc808bp-6, 0x1.e9f76d9acf7b0p-6, 0x1.e9f76d9acf7b0p-6, 0x1.e8366a8cc808bp-6,
	0x1.e4b5ffebd4b18p-6, 0x1.df79633517c6cp-6, 0x1.d88560f6ea893p-6, 0x1.cfe0586b04977p-6,
	0x1.c592359fa312dp-6, 0x1.b9a46a350a919p-6, 0x1.ac21e4b60cf27p-6, 0x1.9d170693848a8p-6,
	0x1.8c9198cbf82b1p-6, 0x1.7aa0bf49d6c2ep-6, 0x1.6754eb03ee516p-6, 0x1.52bfcaecf2adap-6,
	0x1.3cf43bc01b425p-6, 0x1.260636ba228bap-6, 0x1.0e0abf4f6d83fp-6, 0x1.ea2f9fe4760dbp-7,
	0x1.b6888bff32edap-7, 0x1.814f99e63f141p-7, 0x1.4ab592399b00cp-7, 0x1.12ec84eda580dp-7,
	0x1.b44f47b221108p-8, 0x1.413675777aacbp-8, 0x1.99f646d71eda9p-9, 0x1.60c19c9137024p-10
};
static const double pm_chebyshev_point_8[8] = {
	0x1.37ca1866b95cfp-5, 0x1.2bec333018867p-3, 0x1.3c10eaca8ab4fp-2, 0x1.0000000000000p-1,
	0x1.61f78a9abaa59p-1, 0x1.b504f333f9de6p-1, 0x1.ec835e79946a3p-1, 0x1.0000000000000p+0
};
static const double pm_chebyshev_point_12[12] = {
	0x1.1722b8b740eb4p-6, 0x1.126145e9ecd56p-4, 0x1.2bec333018867p-3, 0x1.0000000000000p-2,
	0x1.7b7c11f367cb8p-2, 0x1.0000000000000p-1, 0x1.4241f7064c1a4p-1, 0x1.8000000000000p-1,
	0x1.b504f333f9de6p-1, 0x1.ddb3d742c2655p-1, 0x1.f746ea3a45f8ap-1, 0x1.0000000000000p+0
};
static const double pm_chebyshev_point_24[24] = {
	0x1.1855b44e5d92fp-8, 0x1.1722b8b740eb4p-6, 0x1.37ca1866b95cfp-5, 0x1.126145e9ecd56p-4,
	0x1.a7365d2a36db8p-4, 0x1.2bec333018867p-3, 0x1.90a0d80d5d82cp-3, 0x1.0000000000000p-2,
	0x1.3c10eaca8ab4fp-2, 0x1.7b7c11f367cb8p-2, 0x1.bd2babc24974cp-2, 0x1.0000000000000p-1,
	0x1.216a2a1edb45ap-1, 0x1.4241f7064c1a4p-1, 0x1.61f78a9abaa59p-1, 0x1.8000000000000p-1,
	0x1.9bd7c9fca89f5p-1, 0x1.b504f333f9de6p-1, 0x1.cb19345ab9249p-1, 0x1.ddb3d742c2655p-1,
	0x1.ec835e79946a3p-1, 0x1.f746ea3a45f8ap-1, 0x1.fdcf54976344ep-1, 0x1.0000000000000p+0
};
static const double pm_chebyshev_point_32[32] = {
	0x1.3b92e176d6d31p-9, 0x1.3ad06011469fbp-7, 0x1.60bea939d225ap-6, 0x1.37ca1866b95cfp-5,
	0x1.e3a6873fa1279p-5, 0x1.592675bc57974p-4, 0x1.d0dfe53aba2fdp-4, 0x1.2bec333018867p-3,
	0x1.76619b5edc454p-3, 0x1.c71898ca32e6fp-3, 0x1.0ea5163fc84e2p-2, 0x1.3c10eaca8ab4fp-2,
	0x1.6b5fce895307dp-2, 0x1.9c1d1f0e5967dp-2, 0x1.cdd0b287ac97bp-2, 0x1.0000000000000p-1,
	0x1.1917a6bc29b43p-1, 0x1.31f17078d34c1p-1, 0x1.4a5018bb567c1p-1, 0x1.61f78a9abaa59p-1,
	0x1.78ad74e01bd8fp-1, 0x1.8e39d9cd73464p-1, 0x1.a267992848eebp-1, 0x1.b504f333f9de6p-1,
	0x1.c5e40358a8ba0p-1, 0x1.d4db3148750d2p-1, 0x1.e1c5978c05ed8p-1, 0x1.ec835e79946a3p-1,
	0x1.f4fa0ab6316edp-1, 0x1.fb14be7fbae58p-1, 0x1.fec46d1e89293p-1, 0x1.0000000000000p+0
};
static const double pm_chebyshev_point_48[48] = {
	0x1.18a29d563b9c0p-10, 0x1.1855b44e5d92fp-8, 0x1.3ad06011469fbp-7, 0x1.1722b8b740eb4p-6,
	0x1.b2bf95c716553p-6, 0x1.37ca1866b95cfp-5, 0x1.a668c4a71785dp-5, 0x1.126145e9ecd56p-4,
	0x1.592675bc57974p-4, 0x1.a7365d2a36db8p-4, 0x1.fc3b69385ff60p-4, 0x1.2bec333018867p-3,
	0x1.5cd4735d901e8p-3, 0x1.90a0d80d5d82cp-3, 0x1.c71898ca32e6fp-3, 0x1.0000000000000p-2,
	0x1.1d8c56383cc82p-2, 0x1.3c10eaca8ab4fp-2, 0x1.5b6c4951c225cp-2, 0x1.7b7c11f367cb8p-2,
	0x1.9c1d1f0e5967dp-2, 0x1.bd2babc24974cp-2, 0x1.de837b25cd0afp-2, 0x1.0000000000000p-1,
	0x1.10be426d197a9p-1, 0x1.216a2a1edb45ap-1, 0x1.31f17078d34c1p-1, 0x1.4241f7064c1a4p-1,
	0x1.5249db571eed2p-1, 0x1.61f78a9abaa59p-1, 0x1.7139d4e3e19bfp-1, 0x1.8000000000000p-1,
	0x1.8e39d9cd73464p-1, 0x1.9bd7c9fca89f5p-1, 0x1.a8cae3289bf86p-1, 0x1.b504f333f9de6p-1,
	0x1.c07892d8f4014p-1, 0x1.cb19345ab9249p-1, 0x1.d4db3148750d2p-1, 0x1.ddb3d742c2655p-1,
	0x1.e59973b58e87ap-1, 0x1.ec835e79946a3p-1, 0x1.f26a0351c74d5p-1, 0x1.f746ea3a45f8ap-1,
	0x1.fb14be7fbae58p-1, 0x1.fdcf54976344ep-1, 0x1.ff73aeb154e23p-1, 0x1.0000000000000p+0
};
static const double pm_front_sine_8[8] = {
	0x1.fee7e53326e05p-6, 0x1.45ac30ee0db54p-3, 0x1.74d1ab7b0f5f8p-2, 0x1.324f3ed31e1f4p-1,
	0x1.9a442dee36c8cp-1, 0x1.dcdc2b53d39f5p-1, 0x1.f97c28e0f2538p-1, 0x1.ffc041fbc6c48p-1
};
static const double pm_front_cosine_8[8] = {
	0x1.ffc041fbc6c48p-1, 0x1.f97c28e0f2538p-1, 0x1.dcdc2b53d39f5p-1, 0x1.9a442dee36c8cp-1,
	0x1.324f3ed31e1f4p-1, 0x1.74d1ab7b0f5f8p-2, 0x1.45ac30ee0db54p-3, 0x1.fee7e53326e05p-6
};
static const double pm_front_weight_8[8] = {
	0x1.44cc1d38cfef6p-8, 0x1.c1426835446e1p-5, 0x1.5635bebc759ebp-3, 0x1.17a9a3263961ep-2,
	0x1.17a9a3263961ep-2, 0x1.5635bebc759ebp-3, 0x1.c1426835446e1p-5, 0x1.44cc1d38cfef6p-8
};
static const double pm_spot_sine_16[16] = {
	0x1.72122456c0235p-15, 0x1.3c3c4f97a575cp-10, 0x1.d0a85817adadap-8, 0x1.80e3f3c66b87fp-6,
	0x1.d57ba6b288f5cp-5, 0x1.d7710f2611ca5p-4, 0x1.9c3b3963b3a25p-3, 0x1.43b11c083103dp-2,
	0x1.d08bf5b6bfbb7p-2, 0x1.33d175c7d1565p-1, 0x1.7b7a0a718235dp-1, 0x1.b661e1210ac98p-1,
	0x1.df0cc8b4c743dp-1, 0x1.f562bd9767c14p-1, 0x1.fe1d39b4b9f82p-1, 0x1.ffedee456aeb6p-1
};
static const double pm_spot_cosine_16[16] = {
	0x1.fffffff7a41e3p-1, 0x1.ffffe795b03fcp-1, 0x1.fffcb49a9b513p-1, 0x1.ffdbd3ee8007bp-1,
	0x1.ff28931ad9403p-1, 0x1.fc98e9c643d6fp-1, 0x1.f585512956015p-1, 0x1.e5bf2a9abb3ffp-1,
	0x1.c8482473d667dp-1, 0x1.9922b7d6a6a0ep-1, 0x1.57b7914445569p-1, 0x1.088242e046370p-1,
	0x1.696a2dc540b61p-2, 0x1.9eda0d86c7fabp-3, 0x1.5f3af15e457c4p-4, 0x1.100a9d97e00e9p-6
};
static const double pm_spot_weight_16[16] = {
	0x1.569e776c006c9p-26, 0x1.b6c5d881a8cdap-18, 0x1.2aa217b453aa6p-13, 0x1.26cc534fdabefp-10,
	0x1.50b2740c7de78p-8, 0x1.0dc3fb3eb6e6ep-6, 0x1.4cd29b30340a6p-5, 0x1.4ad19a763c74dp-4,
	0x1.0dcf481eb9273p-3, 0x1.69b0206100a12p-3, 0x1.8ac5e0ba8ab2ap-3, 0x1.586776e08136dp-3,
	0x1.d0d41a8b752e7p-4, 0x1.c528121dbc2c2p-5, 0x1.0a2b52458b690p-6, 0x1.7145ad3f3ca66p-10
};

#endif							/* PM_NODES_H */
