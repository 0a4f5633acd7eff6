# ruff: noqa: E501  (a word list: one sense a line reads better than one width a line)
"""The curated word list: what the composer understands, one line a sense.

A line reads ``sense: word, word of many words, …``. A sense is the name of a subject (with an
optional colour after it), a place, a time, and so on. Plurals are found by rule; the words of
other languages are a sprinkling, not a dictionary. Longer phrases win over shorter ones, which is
how senses are kept apart ("sea lion" is no sea, "oil lamp" is no oil painting).
"""

SUBJECTS = """
fox: fox, vixen, fuchs, renard, zorro, volpe, raposa, 狐狸, 狐, キツネ, 여우, лиса, ثعلب
wolf: wolf, wolves, coyote, jackal, loup, lobo, lupo, 狼, 늑대, волк
cat: cat, kitten, kitty, tabby, katze, chat noir, chaton, gato, gatto, 猫, ネコ, 고양이, кот, кошка, قطة, חתול
cat cream: siamese cat, ragdoll cat
cat black: black cat
tiger: tiger, tigre, 虎, 老虎, 호랑이, тигр
lion: lion, lioness, löwe, león, leone, 狮子, ライオン, 사자, лев
cat gray: snow leopard, lynx
cat gold: leopard, cheetah, jaguar, cougar, puma
dog: dog, puppy, hound, doggy, hund, chien, perro, cane, cachorro, 狗, 犬, 小狗, 강아지, 개, собака, كلب
dog gold: golden retriever, labrador, shiba inu, shiba, corgi, beagle
dog black: black dog
dog white: samoyed, poodle, bichon
wolf gray: husky, german shepherd
bear: bear, grizzly, bär, ours brun, oso, orso, urso, 熊, クマ, 곰, медведь, دب
bear white: polar bear, white bear, ice bear, eisbär, 北极熊
panda: panda, giant panda, panda bear, 熊猫, パンダ
bear gold: teddy bear, teddy
rabbit: rabbit, bunny, hare, hase, kaninchen, lapin, conejo, coniglio, 兔子, 兔, うさぎ, ウサギ, 토끼, кролик
horse: horse, pony, stallion, foal, pferd, cheval, caballo, cavallo, 马, 馬, 말, лошадь, حصان
horse brown: donkey, mule
unicorn: unicorn, einhorn, licorne, unicornio, 独角兽, ユニコーン
zebra: zebra
elephant: elephant, mammoth, elefant, éléphant, elefante, 大象, 象, ゾウ, 코끼리, слон, فيل
deer: deer, stag, doe, fawn, moose, elk, reindeer, antelope, gazelle, hirsch, reh, cerf, ciervo, cervo, 鹿, シカ, 사슴, олень
sheep: sheep, lamb, ram, schaf, mouton, oveja, pecora, 羊, 绵羊, ヒツジ, 양
cow: cow, bull, ox, cattle, calf, buffalo, yak, kuh, vache, vaca, mucca, 牛, 奶牛
pig: pig, piglet, hog, boar, schwein, cochon, cerdo, maiale, 猪, ブタ
giraffe: giraffe, jirafa, giraffa, 长颈鹿, キリン
mouse: mouse, mice, hamster, maus, souris, ratón, topo, 老鼠, ネズミ
squirrel: squirrel, chipmunk, eichhörnchen, écureuil, ardilla, 松鼠, リス
hedgehog: hedgehog, porcupine, igel, hérisson, erizo, 刺猬
frog: frog, toad, frosch, grenouille, rana, sapo, 青蛙, カエル, 개구리
turtle: turtle, tortoise, schildkröte, tortue, tortuga, tartaruga, 乌龟, 龟, カメ
snail: snail, schnecke, escargot, caracol, 蜗牛
camel: camel, dromedary, kamel, chameau, camello, 骆驼
bird: bird, sparrow, songbird, finch, vogel, oiseau, pájaro, pajaro, uccello, pássaro, 鸟, 小鸟, 鳥, 새, птица, طائر
bird black: raven, crow, blackbird, magpie, starling, jackdaw, rabe, corbeau, cuervo, 乌鸦
bird red: robin, cardinal
bird blue: bluebird, blue jay, kingfisher, swallow, hummingbird
bird white: seagull, gull, dove, pigeon, albatross, möwe, taube, mouette, colombe
bird yellow: canary, chick, duckling
bird green: parrot, parakeet, macaw, toucan, papagei, perroquet, loro
owl: owl, eule, hibou, chouette, búho, buho, gufo, 猫头鹰, フクロウ, 올빼미, сова
eagle: eagle, hawk, falcon, vulture, condor, adler, aigle, águila, aquila, 鹰
duck: duck, goose, mallard, ente, canard, pato, anatra, 鸭子, 鸭
duck yellow: rubber duck
swan: swan, schwan, cygne, cisne, cigno, 天鹅
flamingo: flamingo, 火烈鸟
heron: crane bird, heron, stork, egret, ibis, 鹤, 鶴
penguin: penguin, pinguin, pingouin, manchot, pingüino, pinguino, 企鹅, ペンギン, 펭귄, пингвин
hen: hen, chicken, rooster, cockerel, huhn, poule, gallina, 鸡
butterfly: butterfly, moth, dragonfly, schmetterling, papillon, mariposa, farfalla, borboleta, 蝴蝶, 蝶, チョウ, 나비, бабочка
bee: bee, bumblebee, wasp, firefly, biene, abeille, abeja, ape regina, 蜜蜂
ladybird: ladybird, ladybug, beetle, marienkäfer, coccinelle, 瓢虫
bat: bat, vampire bat, fledermaus, chauve-souris, murciélago, 蝙蝠
dragon: dragon, drache, dragón, drago, wyvern, 龙, 龍, ドラゴン, 용, дракон, تنين
dinosaur: dinosaur, t-rex, brontosaurus, dino, dinosaurier, 恐龙
fish: fish, salmon, trout, tuna, rainbow trout, poisson, pez, pesce, peixe, 鱼, 魚, 물고기, рыба, سمك
fish orange: goldfish, koi, clownfish, koi carp, carp, 金鱼
fish yellow: tropical fish, angelfish
whale: whale, orca, humpback, baleine, ballena, balena, 鲸, 鲸鱼, クジラ, 고래, кит
dolphin: dolphin, porpoise, delfin, dauphin, delfín, delfino, 海豚, イルカ
shark: shark, requin, tiburón, squalo, 鲨鱼, サメ
octopus: octopus, squid, kraken, oktopus, pieuvre, pulpo, polpo, 章鱼, タコ
jellyfish: jellyfish, qualle, méduse, medusa, 水母, クラゲ
crab: crab, lobster, krabbe, crabe, cangrejo, granchio, 螃蟹, カニ
starfish: starfish, sea star, seestern, 海星
person: person, man, woman, lady, guy, human, traveller, traveler, hiker, wanderer, figure, reader, young woman, young man, mensch, mann, frau, homme, femme, hombre, mujer, uomo, donna, 人, 女人, 男人, 少女, 사람, девушка, человек
child: girl, boy, child, kid, mädchen, junge, fille, garçon, niña, niño, 女孩, 男孩, 소녀, little girl, little boy, young girl, young boy, toddler
king: king, queen, prince, princess, könig, roi, rey
wizard: wizard, witch, mage, sorcerer, magician, gandalf, zauberer, hexe, sorcière, mago, 巫师, 魔法使い
knight: knight, warrior, soldier, ritter, chevalier, caballero, samurai, viking, 骑士
astronaut: astronaut, cosmonaut, spaceman, spacewoman, astronaute, astronauta, 宇航员, 宇宙飛行士, 우주인, космонавт
robot: robot, android, droid, cyborg, mech, roboter, 机器人, ロボット, 로봇, робот
snowman: snowman, schneemann, bonhomme de neige, 雪人, 雪だるま
ghost: ghost, spirit, phantom, gespenst, fantôme, fantasma, 幽灵
house: house, cottage, cabin, hut, farmhouse, villa, mansion, bungalow, chalet, haus, hütte, maison, casa, cabane, 房子, 小屋, 家, 집, дом, بيت
house red: barn, red barn
shop: shop, магазин, кафе, кофейня, пекарня, ресторан, аптека, лавка, 商店, 小店, 店铺, 咖啡店, 咖啡馆, 喫茶店, カフェ, 가게, 카페, window display, shop window, store, bakery, cafe front, bookshop, bookstore, storefront, laden, boutique, tienda, teahouse, tea house, coffee shop front
castle: castle, fortress, palace, citadel, schloss, burg, château, chateau, castillo, castello, castelo, 城堡, 城, 성, замок, قلعة
lighthouse: lighthouse, light house, leuchtturm, phare, faro, 灯塔, 灯台, 등대, маяк
tower: tower, watchtower, belfry, clock tower, eiffel tower, turm, tour eiffel, torre, 塔, 탑, башня
skyscraper: skyscraper, high-rise, office building, apartment building, building, wolkenkratzer, hochhaus, gratte-ciel, rascacielos, 摩天大楼, 大楼
bridge: bridge, viaduct, aqueduct, brücke, pont, puente, ponte, 桥, 橋, 다리, мост
tent: tent, teepee, tipi, yurt, zelt, tienda de campaña, 帐篷, テント
windmill: windmill, mill, wind turbine, windmühle, moulin, molino, 风车
church: church, chapel, cathedral, monastery, kirche, église, iglesia, chiesa, 教堂, церковь
temple: temple, pagoda, shrine, torii, tempel, templo, 寺, 寺庙, 神社, 절
pyramid: pyramid, pyramide, pirámide, 金字塔
igloo: igloo, iglu
car: car, automobile, sedan, coupe, convertible, race car, racing car, sports car, vintage car, beetle car, auto, voiture, coche, carro, macchina, 汽车, 车, 자동차, машина, سيارة
car yellow: taxi, cab, yellow cab
truck: truck, lorry, pickup, van, camper van, camper, lastwagen, camion, 卡车
truck red: fire truck, fire engine
bus: bus, autobús, 公交车, バス, 버스
bus yellow: school bus
train: train, locomotive, steam train, steam engine, railway, zug, tren, treno, trem, 火车, 電車, 列车, 기차, поезд, قطار
bicycle: bicycle, bike, cycle, tricycle, fahrrad, vélo, velo, bicicleta, bicicletta, 自行车, 自転車, 자전거, велосипед
motorcycle: motorcycle, motorbike, scooter, vespa, moped, motorrad, moto, 摩托车
boat: boat, rowboat, rowing boat, canoe, kayak, gondola, dinghy, paper boat, barque, bote, barca, 小船, 船, ボート, 배, лодка, قارب
ship: sailing ship, sailboat, sailing boat, yacht, ship, schooner, pirate ship, galleon, segelboot, schiff, voilier, navire, velero, barco, veliero, 帆船, ヨット, корабль, سفينة
submarine: submarine, u-boot, sous-marin, submarino, 潜水艇
rocket: rocket, spaceship, spacecraft, space shuttle, starship, rakete, fusée, cohete, razzo, foguete, 火箭, 飞船, ロケット, 로켓, ракета, صاروخ
balloon: hot air balloon, air balloon, airship, zeppelin, blimp, heißluftballon, montgolfière, globo aerostático, mongolfiera, 热气球, 気球
toy balloon: balloon, party balloon, luftballon, ballon, 气球, 風船
aeroplane: aeroplane, airplane, plane, aircraft, jet, biplane, paper plane, paper airplane, flugzeug, avion, avión, aereo, avião, 飞机, 飛行機, 비행기, самолёт, самолет, طائرة
helicopter: helicopter, hubschrauber, 直升机
ufo: ufo, flying saucer, alien ship, alien spaceship
satellite: satellite, space station
tree: tree, oak, maple, willow, birch, apple tree, old tree, baum, arbre, árbol, arbol, albero, árvore, 树, 木, 나무, дерево, شجرة
tree pink: cherry blossom tree, cherry blossom, cherry tree, sakura, blossom tree, blossoms, 樱花, 桜
pine: pine, pine tree, fir, fir tree, spruce, conifer, christmas tree, tannenbaum, tanne, sapin, pino, 松树, 松
palm: palm, palm tree, coconut tree, palme, palmier, palmera, 棕榈
cactus: cactus, cacti, succulent, kaktus, 仙人掌, サボテン
bonsai: bonsai, 盆景, 盆栽
plant: plant, houseplant, house plant, potted plant, fern, pflanze, plante, planta, pianta, 植物
flower: flower, blossom, daisy, poppy, lily, lotus, orchid, wildflower, anemone, blume, fleur, flor, fiore, 花, 꽃, цветок, زهرة
rose: rose, red rose, rosen, peony, 玫瑰, バラ, 장미
tulip: tulip, tulpe, tulipe, tulipán, 郁金香
sunflower: sunflower, sonnenblume, tournesol, girasol, girasole, 向日葵, ひまわり
mushroom: mushroom, toadstool, fungus, fungi, pilz, champignon, seta, fungo, cogumelo, 蘑菇, キノコ, 버섯, гриб
leaf: leaf, leaves, maple leaf, blatt, feuille, hoja, foglia, 叶子, 葉
rock: rock, stone, boulder, standing stone, felsen, stein, rocher, piedra, 石头, 岩
volcano: volcano, vulkan, volcan, volcán, 火山
campfire: campfire, bonfire, fire, flame, lagerfeuer, feu de camp, hoguera, 篝火, 火
cup: cup, mug, кружка, чашка, マグカップ, teacup, cup of tea, cup of coffee, tea, coffee, mug of coffee, mug of tea, coffee cup, coffee mug, cup of cocoa, hot chocolate, cocoa, cappuccino, espresso, latte, tasse, tasse tee, tasse kaffee, kaffee, tee, café, thé, taza, tazza, xícara, 茶, 咖啡, 杯子, 一杯茶, 一杯咖啡, コーヒー, お茶, 커피, чай, кофе, قهوة
teapot: teapot, kettle, tea pot, samovar, coffee pot, teekanne, théière, tetera, teiera, 茶壶
wine glass: glass of wine, wine glass, wine, cocktail, champagne, goblet, weinglas, verre de vin, copa de vino, 酒杯
bottle: bottle, potion, message in a bottle, flasche, bouteille, botella, bottiglia, 瓶子
book: book, novel, notebook, diary, open book, buch, livre, libro, livro, 书, 本, 책, книга, كتاب
books: stack of books, pile of books, bookshelf, bookcase
lamp: lamp, desk lamp, table lamp, floor lamp, night light, lampe, lámpara, lampada, 台灯, ランプ
lantern: lantern, paper lantern, oil lamp, street lamp, streetlight, lamppost, street light, laterne, lanterne, farol, linterna, 灯笼, 提灯
umbrella: umbrella, parasol, regenschirm, schirm, parapluie, paraguas, ombrello, guarda-chuva, 雨伞, 伞, 傘, 우산, зонт, مظلة
clock: clock, alarm clock, wall clock, uhr, horloge, reloj, orologio, relógio, 钟, 时钟, 時計, 시계, часы, ساعة
watch: pocket watch, compass
hourglass: hourglass, sandglass, sanduhr, sablier
guitar: guitar, ukulele, gitarre, guitare, guitarra, chitarra, violão, 吉他, ギター, 기타, гитара
violin: violin, cello, fiddle, geige, violon, violín, violino, 小提琴
piano: piano, grand piano, klavier, 钢琴, ピアノ
cake: cake, birthday cake, pie, cupcake, muffin, chocolate cake, kuchen, torte, gâteau, gateau, pastel de cumpleaños, torta, bolo, 蛋糕, ケーキ, 케이크, торт
bread: bread, loaf, baguette, brot, pain frais, pane, 面包
pizza: pizza
burger: burger, hamburger, cheeseburger
ice cream: ice cream, icecream, gelato, sundae, eiscreme, glace, helado, 冰淇淋
sushi: sushi, 寿司
apple: apple, apfel, pomme, manzana, mela, maçã, 苹果, りんご, 사과, яблоко, تفاحة
apple red: cherry, cherries, tomato
orange: orange fruit, oranges, tangerine, mandarin, clementine, naranja, arancia, 橙子
orange pink: peach, apricot
lemon: lemon, lime, zitrone, citron, limón, limone, 柠檬
pear: pear, avocado, birne, poire, pera, 梨
strawberry: strawberry, raspberry, erdbeere, fraise, fresa, fragola, 草莓
pumpkin: pumpkin, jack-o'-lantern, kürbis, citrouille, calabaza, zucca, 南瓜
grapes: grapes, bunch of grapes, trauben, raisin, uvas, uva, 葡萄
chair: chair, armchair, stool, rocking chair, throne, stuhl, sessel, chaise, silla, sedia, cadeira, 椅子, 의자, стул, كرسي
sofa: sofa, couch, canapé, 沙发
table: table, desk, tisch, mesa, tavolo, 桌子
bed: bed, bett, cama, letto, 床
bench: bench, park bench, bank im park, banc, banco, panchina, 长椅
door: door, gate, doorway, portal, tür, porte, puerta, porta, 门
globe: globe, world globe, earth globe, globus, 地球仪
crystal: crystal, gem, gemstone, diamond, jewel, emerald gem, ruby, amethyst, quartz, kristall, cristal, cristallo, 水晶, 宝石, クリスタル, кристалл
candle: candle, candlelight, kerze, bougie, vela, candela, 蜡烛, ろうそく, 촛불, свеча, شمعة
laptop: laptop, computer, pc, notebook computer, ordinateur, ordenador, 电脑, 笔记本电脑, パソコン, ноутбук
phone: phone, smartphone, mobile phone, telephone, handy, téléphone, teléfono, 手机, スマホ
camera: camera, polaroid camera, film camera, kamera, appareil photo, cámara, 相机, カメラ
telescope: telescope, teleskop, télescope, telescopio, 望远镜
microscope: microscope
light bulb: light bulb, lightbulb, bulb, glühbirne, ampoule, bombilla, 灯泡
gear: gear, cog, cogwheel, gears, zahnrad, engrenage, engranaje, 齿轮
key: key, old key, schlüssel, clé, llave, chiave, 钥匙
heart: heart, love heart, herz, coeur, cœur, corazón, cuore, 心, 爱心, ハート, 하트, сердце
gift: gift, present, gift box, geschenk, cadeau, regalo, 礼物
vase: vase, flower vase, urn, 花瓶
hat: hat, top hat, chapeau, sombrero, cappello, 帽子
crown: crown, tiara, krone, couronne, corona, 皇冠
kite: kite, drachen steigen, cerf-volant, cometa de papel, aquilone, 风筝
ball: ball, football, soccer ball, basketball, beach ball, pelota, palla, 球
treasure: treasure, treasure chest, chest of gold, schatz, trésor, tesoro, 宝箱
sword: sword, katana, excalibur, schwert, épée, espada, spada, 剑
sign: sign, вывеска, 看板, 간판, signpost, billboard, banner, neon sign, signboard, shop sign, schild, panneau, cartel, insegna, 招牌, 标志
star: star shape, gold star, five-pointed star
"""

PLACES = """
beach: beach, pier, boardwalk, dock, shore, seashore, seaside, coast, coastline, sand, sandy beach, tropical island, by the sea, by the ocean, bay, lagoon, strand, küste, plage, playa, spiaggia, praia, 海滩, 沙滩, 海边, 海辺, 浜辺, ビーチ, 해변, пляж, شاطئ
sea: sea, ocean, open sea, high seas, waves, wave, harbour, harbor, port, meer, ozean, mer, océan, mar, mare, 海, 大海, 海洋, 바다, море, بحر
mountain: mountain, mountains, mountain range, alps, himalaya, peak, summit, cliffs, canyon, valley, highlands, fjord, berg, berge, montagne, montagnes, montaña, montañas, montagna, montanha, 山, 雪山, 山脉, 산, горы, гора, جبل
forest: forest, woods, woodland, wood, jungle, rainforest, grove, pine forest, bamboo forest, taiga, wald, forêt, foret, bosque, bosco, floresta, 森林, 树林, 森, 숲, лес, غابة
city: city, skyline, town, metropolis, downtown, cityscape, rooftop, rooftops, new york, tokyo, london, paris, manhattan, hong kong, shanghai, stadt, ville, ciudad, città, cidade, 城市, 都市, 東京, 도시, город, مدينة
street: street, driveway, construction site, road, train platform, railway platform, platform, pavement, parking lot, alley, avenue, lane, market, square, sidewalk, crosswalk, highway, straße, gasse, rue, calle, strada, rua, 街道, 街, 路, 거리, улица, شارع
desert: desert, outback, oasis, quarry, dune, dunes, sand dunes, sahara, wüste, désert, desierto, deserto, 沙漠, 砂漠, 사막, пустыня, صحراء
snow: snow, in the snow, snowfield, winter landscape, arctic, antarctica, north pole, south pole, tundra, glacier, ice, iceberg, schnee, neige, nieve, neve, 雪, 雪地, 눈, снег, ثلج
meadow: meadow, moor, moors, heath, vineyard, serengeti, sports field, football pitch, field, grass, grassland, prairie, hill, hills, countryside, farm, pasture, savanna, savannah, wheat field, flower field, lavender field, village, picnic, steppe, wiese, feld, prairie fleurie, champ, prado, campo, prato, 草地, 草原, 田野, 들판, поле, луг
lake: lake, swamp, marsh, wetlands, bayou, mountain lake, alpine lake, mountain river, mountain stream, bergsee, river, pond, stream, creek, lakeside, riverside, riverbank, fluss, ufer, lac, rivière, río, rio, lago, fiume, 湖, 河, 江, 池塘, 川, 호수, 강, озеро, река, بحيرة
reef: underwater, reef, coral reef, coral, under the sea, under water, under the ocean, beneath the waves, beneath the sea, deep sea, seabed, ocean floor, aquarium, unterwasser, sous l'eau, bajo el agua, 水下, 海底, 珊瑚, 水中, под водой
space: space, outer space, cosmos, universe, galaxy, nebula, milky way galaxy, orbit, deep space, weltraum, weltall, espace, espacio, spazio, espaço, 太空, 宇宙, 银河, 우주, космос, فضاء
moon ground: on the moon, surface of the moon, moon surface, lunar surface, on mars, mars, on another planet, alien planet, alien world, auf dem mond, sur la lune, en la luna, 月球, 火星, на луне
room: room, nursery, basement, cellar, nightclub, apartment, hospital ward, ward, operating room, science lab, chemistry lab, lecture hall, courtroom, court room, klassenzimmer, krankenzimmer, server room, data center, data centre, hotel lobby, living room, bedroom, indoors, inside a house, kitchen, cafe, café interior, cafe interior, office, home office, meeting room, conference room, boardroom, classroom, bathroom, dining room, restaurant, hospital room, hotel room, gym, laundry room, workshop, lobby, waiting room, recording studio, music room, game room, home theater, co-working space, coworking space, open office, reading corner, laboratory, lab, garage, walk-in closet, showroom, art gallery, gallery, bathroom interior, nursery room, tiny house interior, hallway, corridor, salon, schlafzimmer, büro, badezimmer, esszimmer, dormitorio, oficina, coffee shop, interior, window, windowsill, attic, studio apartment, zimmer, küche, wohnzimmer, chambre, cuisine, habitación, cocina, stanza, cucina, 房间, 厨房, 窗, 部屋, 방, комната, غرفة
library: library, study, reading room, bibliothek, bibliothèque, biblioteca, 图书馆, 도서관, библиотека
tabletop: on a table, on the table, counter, countertop, kitchen counter, kitchen counter top, worktop, tabletop scene, flat lay, flatlay, workbench top, bar counter top, on a desk, on a wooden table, table top, tabletop, still life, stillleben, nature morte, bodegón, auf dem tisch, sur la table, en la mesa, 静物
garden: garden, balcony, terrace, porch, patio, park, backyard, courtyard, greenhouse, orchard, japanese garden, zen garden, flower garden, garten, jardin, jardín, giardino, jardim, 花园, 公园, 庭, 정원, сад, парк, حديقة
clouds: above the clouds, in the clouds, among the clouds, cloudscape, sky, in the sky, high in the sky, through the sky, himmel, ciel, cielo, céu, 天空, 空, 하늘, небо
abstract: abstract, geometric, pattern, gradient, wallpaper, texture, fractal, shapes, waves of colour, waves of color, mandala, generative art, abstrakt, abstrait, abstracto, astratto, 抽象, 추상, абстракция
studio: background, backdrop, plain background, studio backdrop, studio, product shot, isolated, icon, emoji, pedestal, on a pedestal, on a podium, on a plinth, plinth, podium, studio light, studio lighting, studio shot, studio photo, product photo, product photography, product photograph, packshot, catalogue shot, e-commerce photo, produktfoto, freisteller, photo de produit, foto de producto, hintergrund, fondo, sfondo, 背景, 배경
stage: stage, on stage, on a stage, on the stage, concert stage, concert hall, bühne, escenario
cave: cave, cavern, grotto, höhle, grotte, cueva, grotta, 洞穴
"""

TIMES = """
dawn: dawn, sunrise, daybreak, early morning, morning, first light, misty morning, rising sun, morgen, morgendämmerung, sonnenaufgang, aube, matin, lever du soleil, amanecer, mañana, alba, manhã, 黎明, 早晨, 日出, 清晨, 朝, 새벽, 아침, рассвет, утро, فجر
day: day, daytime, noon, midday, afternoon, sunny, sunny day, daylight, bright day, blue sky, sunlit, sunshine, summer day, mittag, tag, midi, jour, ensoleillé, mediodía, soleado, giorno, 白天, 正午, 晴天, 昼, 낮, день, نهار
sunset: sunset, sundown, golden hour, setting sun, evening, golden light, evening sun, sonnenuntergang, abend, coucher de soleil, soir, atardecer, puesta de sol, ocaso, tramonto, pôr do sol, 日落, 夕阳, 黄昏, 傍晚, 夕日, 夕焼け, 夕方, 노을, 일몰, закат, غروب
dusk: dusk, twilight, blue hour, nightfall, gloaming, late evening, dämmerung, crépuscule, crepúsculo, crepuscolo, anochecer, 暮色, 薄暮, 황혼, сумерки
night: night, midnight, at night, moonlight, moonlit, starry night, nocturnal, nighttime, night sky, night time, nacht, nuit, noche, notte, noite, 夜, 夜晚, 晚上, 夜空, 星空, 月夜, 밤, ночь, ночью, ليل
"""

WEATHERS = """
rain: rain, rainy, raining, drizzle, in the rain, downpour, wet, puddle, regen, regnerisch, pluie, lluvia, pioggia, chuva, 雨, 下雨, 비, дождь, مطر
snow: snowing, snowfall, snowflake, snowflakes, blizzard, snowstorm, falling snow, schneefall, nevando, 下雪, 雪花, снегопад
fog: fog, foggy, mist, misty, haze, hazy, nebel, neblig, brouillard, brume, niebla, nebbia, névoa, 雾, 薄雾, 霧, 안개, туман
storm: storm, stormy, thunder, lightning, thunderstorm, tempest, hurricane, sturm, gewitter, orage, tempête, tormenta, tempesta, 暴风雨, 雷, 闪电, 嵐, 폭풍, гроза, буря
aurora: aurora, aurora borealis, northern lights, southern lights, polarlicht, nordlicht, aurore boréale, aurora boreal, 极光, オーロラ, 오로라, северное сияние
clear: clear sky, clear skies, cloudless
"""

STYLES = """
watercolour: watercolour, watercolor, water colour, water color, aquarelle, aquarell, acuarela, acquerello, aquarela, 水彩, 水彩画, 수채화, акварель
oil: oil painting, oil paint, oil on canvas, oils, impressionist, impressionism, van gogh, monet, painterly, impasto, expressionist, ölgemälde, peinture à l'huile, óleo, pintura al óleo, olio su tela, 油画, 油絵, 유화, картина маслом
gouache: gouache, tempera, acrylic, acrylic painting, children's book, childrens book, storybook, picture book, ghibli, 水粉
pixel: pixel art, pixel, pixelated, pixels, 8-bit, 16-bit, retro game, pixelkunst, 像素, 像素艺术, ドット絵, 픽셀, пиксель-арт
sketch: sketch, pencil sketch, pencil drawing, pencil, hand-drawn, charcoal, graphite, doodle, line drawing, skizze, bleistiftzeichnung, croquis, dessin au crayon, boceto, dibujo a lápiz, schizzo, 素描, 铅笔画, スケッチ, 스케치, эскиз
ink: ink, ink drawing, ink wash, pen and ink, woodcut, linocut, engraving, etching, line art, comic, manga, sumi-e, tusche, encre, tinta, inchiostro, 水墨, 水墨画, 墨絵
sepia: sepia, vintage photo, old photo, old photograph, daguerreotype, antique photograph
poster: poster, flat, flat design, flat illustration, poster art, travel poster, vector, vector art, vector illustration, minimalist, minimalistic, minimal, art deco, pop art, cartoon, screen print, risograph, bauhaus, plakat, affiche, minimalista, 扁平, 海报, ポスター
neon: neon, neon art, in neon, neon lines, synthwave, vaporwave, cyberpunk, retrowave, tron, outrun, glowing lines, 霓虹, 赛博朋克, ネオン
blueprint: blueprint, technical drawing, blue print, cyanotype, engineering drawing, bauplan, blaupause, plan technique, plano técnico, 蓝图, 설계도, чертёж
stained glass: stained glass window, church window, stained glass, mosaic, low poly, cubist, cubism, buntglas, kirchenfenster, vitrail, vitral, vetrata, mosaik, 彩色玻璃, 马赛克, ステンドグラス, витраж
black and white: black and white, monochrome, noir, film noir, grayscale, greyscale, b&w, schwarz-weiß, schwarzweiß, noir et blanc, blanco y negro, bianco e nero, 黑白, 白黒, 흑백, чёрно-белый
photo: photo, photograph, photography, photorealistic, photo-realistic, realistic, cinematic, dslr, 35mm, bokeh, macro, polaroid, film still, foto, fotografie, photographie, fotografía, fotografia, 照片, 摄影, 写真, 사진, фото, фотография
pastel: pastel, pastels, soft colours, soft colors, dreamy, kawaii, crayon, chalk, 粉彩, パステル
paper: paper cut, papercut, paper art, origami, cut paper, kirigami, scherenschnitt, papier découpé, 剪纸, 折纸, 切り絵
"""

SKY = """
sun: sun, sonne, soleil, sol, sole, 太阳, 太陽, 해, солнце, شمس
moon: moon, full moon, mond, vollmond, lune, luna, lua, 月亮, 月, 满月, 달, луна, قمر
crescent: crescent moon, crescent, half moon, mondsichel, 弯月
stars: milky way, star, stars, starry, starlight, constellation, shooting star, sterne, étoiles, estrellas, stelle, 星星, 星, 별, звёзды, звезды, نجوم
planet: planet, planets, saturn, jupiter, ringed planet, gas giant, planète, planeta, 行星, 惑星, 행성
rainbow: rainbow, regenbogen, arc-en-ciel, arcoíris, arcobaleno, 彩虹, 虹, 무지개, радуга
clouds: cloud, clouds, cloudy, overcast, wolke, wolken, nuage, nuages, nube, nubes, nuvole, 云, 云彩, 雲, 구름, облака
birds: flying birds, birds in the sky, distant birds
"""

SEASONS = """
autumn: autumn, fall foliage, autumnal, in the fall, autumn leaves, fall colours, fall colors, october, november, herbst, automne, otoño, autunno, outono, 秋天, 秋, 가을, осень
spring: spring, springtime, in bloom, blooming, april, may morning, frühling, printemps, primavera, 春天, 春, 봄, весна
winter: winter, wintry, snowy, snow-covered, snowcapped, snow-capped, icy, frozen, frosty, december, verschneit, hiver, invierno, inverno, 冬天, 冬, 겨울, зима
summer: summer, summertime, july, sommer, été, verano, estate, verão, 夏天, 夏, 여름, лето
"""

COLOURS = """
c8382f: red, crimson, scarlet, ruby red, vermilion, rote, roter, rotes, rouge, rojo, roja, rosso, rossa, vermelho, 红色, 红, 赤, 赤い, 빨간, красный, красная, أحمر
e8812c: orange, tangerine orange, 橙色, 橙, オレンジ色
f2c53a: lemon yellow, mustard yellow, yellow, amber, mustard, gelb, gelbe, gelber, jaune, amarillo, amarilla, giallo, gialla, amarelo, 黄色, 黄, 黄色い, 노란, жёлтый, желтый
d9a437: gold, golden, goldene, goldener, doré, dorado, dorato, 金色, 金
4f9a4c: green, emerald, grün, grüne, grüner, vert, verte, verde, 绿色, 绿, 緑, 초록, зелёный, зеленый, أخضر
2f9c95: teal, turquoise, aqua, cyan, türkis, turquesa, 青绿
3a6fc4: blue, azure, cobalt, sapphire, blau, blaue, blauer, bleu, bleue, azul, blu, 蓝色, 蓝, 青い, 青, 파란, синий, синяя, голубой, أزرق
243a6e: navy, navy blue, dark blue, indigo, midnight blue, 深蓝
d9a08a: rose gold, salmon pink, peach pink, coral pink
7a8a4a: olive green, army green, sage green, khaki
8a2f3f: wine red, burgundy, cherry red, maroon
9ad8c0: mint green, seafoam green
8fc1ea: light blue, ice blue, powder blue, sky blue, pale blue, baby blue, hellblau, celeste, 浅蓝
7c4fb0: purple, violet, lila, violett, mauve, morado, viola, roxo, 紫色, 紫, 보라, фиолетовый
b79ae0: lavender, lilac, 淡紫
e88bab: pink, magenta, fuchsia, rosa, rosado, rosy, 粉色, 粉红, 粉, ピンク, 분홍, розовый
7a4a2e: brown, chestnut, chocolate brown, bronze, copper, braun, braune, brun, marron, marrón, marrone, 棕色, 茶色, 갈색, коричневый
2e2c36: black, jet black, dark mode, dark theme, matte black, ebony, schwarz, schwarze, schwarzer, noire, negro, negra, nero, nera, preto, 黑色, 黑, 黒, 黒い, 검은, чёрный, черный, черная, أسود
f4f1ea: white, ivory, off-white, light mode, snow white, weiß, weiße, weisser, blanc, blanche, blanco, blanca, bianco, bianca, branco, 白色, 白, 白い, 하얀, белый, белая, أبيض
8d9099: gray, grey, silver, silvery, ash, grau, graue, gris, grigio, cinza, 灰色, 灰, 银色, 회색, серый
efdcb4: cream, beige, sandy
"""

SIZES = """
small: small, little, tiny, mini, miniature, baby, wee, cute little, klein, kleine, kleiner, petit, petite, pequeño, pequeña, piccolo, piccola, pequeno, 小, 小小的, 小さな, 작은, маленький, маленькая, صغير
large: large, big, huge, giant, gigantic, enormous, massive, tall, great, colossal, towering, groß, große, riesig, grand, grande, énorme, enorme, gigante, 大, 巨大, 巨大的, 大きな, 큰, большой, большая, огромный, كبير
"""

COUNTS = """
1: a, an, one, wheel of, slice of, piece of, block of, wedge of, loaf of, 一家, single, lone, lonely, ein, eine, einen, einem, einer, un, une, una, uno, um, uma, 一, 一只, 一个, 一匹, один, одна
2: two, couple of, a couple of, pair of, a pair of, both, twin, zwei, deux, dos, due, dois, duas, 两, 两只, 两个, 二, 2匹, 두, два, две
3: three, a few, few, trio of, drei, trois, tres, tre, três, 三, 三只, 三个, 세, три
4: four, set of, a set of, collection of, row of, assortment of, several, some, vier, quatre, cuatro, quattro, quatro, 四, 四只, 四个, 네, четыре
5: five, fünf, cinq, cinco, cinque, 五, 五只, 五个, пять
6: six, half a dozen, sechs, seis, sei, 六, 六只, шесть
7: seven, many, lots of, a lot of, group of, flock of, herd of, pack of, bunch of, school of, swarm of, family of, sieben, sept, siete, sette, sete, viele, beaucoup de, muchos, muchas, 七, 许多, 很多, 一群, семь, много
8: eight, acht, huit, ocho, otto, oito, 八
9: nine, dozens of, hundreds of, thousands of, field of, countless, neun, neuf, nueve, nove, 九
10: ten, zehn, dix, diez, dieci, dez, 十
12: twelve, dozen, a dozen
"""

RELATIONS = """
front: in front of, vor, devant, delante de, davanti a, em frente, in the foreground with
behind: behind, hinter, derrière, detrás de, dietro
full: full of, filled with, loaded with, heaped with, voller, plein de, lleno de
riding: riding, riding on, ridding, on the back of, astride, driving, reitet, reitend, chevauchant, montando, cavalcando, 骑着, 骑, 乗る
on: on, hanging from, hanging on, clinging to, climbing, climbing up, on top of, crossing, walking across, driving across, rolling over, atop, sitting on, standing on, lying on, sleeping on, perched on, resting on, onto, upon, auf, sur, sobre, encima de, sopra
in: inside, in, inside of, within, into, sitting in, floating in, dans, dentro de, dentro
under: under, underneath, beneath, below, in the shade of, unter, sous, bajo, debajo de, sotto, sob
above: above, over, flying over, flying above, hovering over, floating above, floating over, high above, über, au-dessus de, encima del, por encima de
beside: next to, beside, near, by, with, and, alongside, along with, by the side of, neben, mit, und, à côté de, avec, et, junto a, con, y, accanto a, e, com, 和, 与, と, и, с
shown: showing, displaying, that shows, which shows, presenting
printed: printed with, decorated with, with a picture of, with an image of, with a photo of, with a print of, with a drawing of, with the image of, with an illustration of, depicting, embroidered with
into it: in it, inside it
upon it: on it, on its front, on the front, across it, on its side, on the chest, on its lid
holding: hugging, embracing, holding, carrying, playing, reading, drinking, with a, with an, eating, using, wielding, hält, spielt, liest, tenant, jouant, lisant, sosteniendo, tocando, leyendo, suonando
wearing: wearing, dressed in, wears, trägt, portant, con un, llevando, 戴着, 穿着
"""

POSES = """
flying: flying, soaring, floating, hovering, gliding, in flight, leaping, jumping, fliegend, volant, volando, 飞, 飞翔, 飛ぶ
sleeping: sleeping, asleep, napping, curled up, schlafend, dormant, durmiendo, 睡觉
"""

FRAMINGS = """
close: profile picture, profile photo, avatar, passport photo, id photo, mugshot, linkedin photo, porträt, portrait photo, portrait painting, retrato, ritratto, портрет, 肖像, zoom in, zoomed in, closer, move closer, close-up, closeup, portrait, portrait of, macro shot, headshot, detailed portrait, nahaufnahme, gros plan, primer plano
wide: zoom out, zoomed out, further away, from afar, panorama, panoramic, wide shot, aerial view, from above, distant, far away, in the distance, on the horizon, vast, epic, landscape, birds-eye view, bird's-eye view, establishing shot
"""

# Words that end a description without being drawn: what stands before them belongs to them.
PARTS = """
part: award winning, wall, walls, roof, eye, eyes, fur, hair, wing, wings, tail, sail, sails, wheel, wheels, light, lights, lit, glow, collar, feather, feathers, paint, stripe, stripes, spots, petals, water, sky colours, skin, glass, theme, tones, tint, palette, style, mood, atmosphere, shadow, shadows, photo album
not: no, without, not, minus, except, ohne, sans, sin, senza, sem, kein, keine, 没有
"""
