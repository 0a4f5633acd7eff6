# ruff: noqa: E501  (a word list: one form a line reads better than one width a line)
"""Nouns beyond the drawn subjects: which form stands for them, what they are made of, who is who.

A line of ``THINGS`` reads ``kind: nouns that look like it | nouns that it stands in for``; those
after the bar have their name lettered on them. Kinds are forms, pages and subjects.
"""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """Words that are written down one after the other."""
    return frozenset(words.split())


THINGS = """
box: box, carton, cardboard box, package, parcel, packaging, milk carton, juice carton, product box, shipping box, crate, paket, karton, schachtel, boîte, caja, scatola | cereal, board game, game, puzzle, kit, set, chocolates, tissues, lunchbox, toolbox, lego, toy, toys, matches, chest, humidor, cigars, first aid kit, subscription box, shoebox, mailer, drawer, safe, charger, phone case, phone charger, holder, adapter, cable, cutter, filter, mount, clip, hook, socket, plug
jar: jar, mason jar, honey jar, jam jar, glas honig | gumball machine, honey, jam, marmalade, peanut butter, pickles, salsa, pesto, mayonnaise, spice, spices, nutella, kimchi, sauerkraut, olives, tahini, chutney, cookies jar, spread, yoghurt, yogurt, ghee, moisturizer, cream jar, face cream, balm, pomade, wax
can: a can, can of, cans of, the can, drinks can, beverage can, aluminum can, soda can, tin can, beer can, soft drink can, drink can, can of soda, can of beer, aluminium can, tin, dose, konserve | soda, cola, coke, energy drink, lemonade can, spray can, paint can, tuna can, beans, tomato soup, soup can, seltzer, iced tea can, canned food, paint bucket
tube: tube, toothpaste tube | toothpaste, hand cream, sunscreen, sun cream, ointment, glue, paint tube, concealer, mascara, gel, lotion tube, facial cleanser
pouch: bag of, bags of, pouch, coffee bag, bag of coffee, bag of chips, stand-up pouch, doypack, tea bag pouch | popcorn, coffee beans, chips, crisps, flour, sugar, rice, oats, granola, muesli, dog food, cat food, pet food, protein powder, nuts, almonds, trail mix, pasta, spaghetti, salt, cement, seeds, fertilizer, dried mango, jerky, candy, sweets, gummies, gummy bears, trash bag, snack, snacks, powder, lentils, quinoa, detergent
dispenser: soap dispenser, pump bottle, dispenser, spray bottle | shampoo, conditioner, body wash, hand soap, hand sanitizer, sanitizer, lotion, body lotion, liquid soap, shower gel, cleaner, disinfectant, hair spray, hairspray, deodorant, serum pump, foundation
flacon: perfume bottle, perfume, cologne, fragrance, flacon, parfum, eau de parfum, parfüm | serum, face serum, essential oil, nail polish, face oil, aftershave, toner, elixir, ink bottle, dropper bottle, vial, tincture, beard oil, hair oil
bottle: water bottle, wine bottle, beer bottle, vinegar, sauce bottle, bottle of wine, bottle of water, glass bottle | ketchup, hot sauce, soy sauce, olive oil, oil bottle, beer, whisky, whiskey, gin, vodka, rum, tequila, sake, milk, juice, syrup, maple syrup, kombucha, medicine, cider, lemonade, baby bottle, milk bottle, sauce, drink, drinks, beverage, mineral water
bowl: bowl, mixing bowl, salad bowl, schüssel, schale, bol, tazón, ciotola | soup, salad, porridge, oatmeal, stew, curry, cereal bowl, smoothie bowl, fruit bowl, goulash, chili, miso soup, poke bowl, mortar, fruit salad, guacamole, hummus, gazpacho, risotto
dish: dish, plate, dinner plate, meal, teller, gericht, assiette, plato, piatto | lasagna, lasagne, pasta dish, paella, roast chicken, breakfast, lunch, dinner, dessert, omelette, omelet, steak, schnitzel, roast beef, ravioli, gnocchi, dumplings, dumpling, falafel, kebab, tiramisu, pudding, quiche, casserole, fried rice, pad thai, couscous, bacon, ham, sausages, meatballs, nachos, scrambled eggs, brownie, cheesecake, apple strudel, crepes, fish and chips, food, seafood, tapas, antipasti, mashed potatoes, pretzel, pretzels
tumbler: tumbler, drinking glass, glass of water, glass of juice, glass of milk, smoothie, orange juice, glass of lemonade, trinkglas | iced coffee, iced tea, mojito, margarita, milkshake, bubble tea, cold brew, matcha latte, matcha, lassi, gin and tonic, spritz, soda water, punch, frappe
pan: cauldron, cooking pot, kessel, pan, frying pan, saucepan, wok, skillet, pfanne, poêle, sartén, padella | pot, pressure cooker, cast iron, cookware, fondue, crock pot
basket: basket, wicker basket, picnic basket, korb, panier, cesta, cestino | laundry basket, laundry, hamper, easter eggs, groceries, vegetables, fruit, fruits, yarn
bin: plastic bin, bin, trash can, garbage can, waste bin, dustbin, rubbish bin, mülleimer, poubelle | recycling bin, bucket, compost bin, barrel, trash, garbage, rain barrel, keg, water tank, pail
shirt: футболка, t恤, Tシャツ, 티셔츠, t-shirt, tshirt, tee shirt, shirt, polo shirt, jersey, hemd, chemise, camiseta, maglietta | hoodie, sweater, jumper, sweatshirt, jacket, blazer, coat, pullover, cardigan, vest, parka, raincoat, blouse, uniform, lab coat, football shirt, pyjamas, pajamas, suit, tuxedo, kimono, bathrobe, poncho, apparel, merch, wetsuit, tank top
dress: dress, gown, evening dress, wedding dress, summer dress, ball gown, kleid, robe, vestido | skirt, apron, nightgown, tutu, sari, costume, cape, cloak
trousers: trousers, jeans, pants, leggings, hose, pantalon, pantalones | shorts, chinos, sweatpants, joggers, overalls, dungarees, tights, swim trunks
shoe: shoe, sneaker, running shoe, trainer, running shoes, sneakers, trainers, schuh, schuhe, turnschuhe, chaussure, zapato, zapatilla, scarpa | football boots, cleats, ice skates, roller skates, inline skates, footwear
backpack: backpack, rucksack, school bag, schoolbag, knapsack, daypack, mochila, sac à dos | parachute, diaper bag, camera bag, hiking pack
handbag: handbag, purse, tote bag, tote, shopping bag, leather bag, shoulder bag, clutch, messenger bag, bag, tasche, handtasche, sac à main, bolso, borsa | briefcase, paper bag, gym bag, duffel bag, laptop bag, pouch bag, gift bag, beach bag
suitcase: suitcase, luggage, trolley case, carry-on, koffer, valise, maleta, valigia | case, cases, trunk, tool case, cooler, cool box, baggage, guitar case
glasses: glasses, sunglasses, eyeglasses, spectacles, shades, goggles, sonnenbrille, brille, lunettes, gafas, occhiali | ski goggles, swimming goggles, safety glasses, binoculars, vr headset, vr glasses, smart glasses, monocle
ring: ring, engagement ring, wedding ring, diamond ring, signet ring, bague, anillo, anello | bracelet, bangle, earring, earrings, cufflink, wedding rings, jewellery, jewelry
necklace: necklace, pendant, pearl necklace, amulet, halskette, collier, collar de perlas, collana | locket, medallion, rosary, beads, chain
tie: tie, necktie, krawatte | bow tie, bowtie, scarf, belt, ribbon, bandana, towel
glove: glove, gloves, mitten, mittens, handschuh | boxing glove, boxing gloves, oven mitt, baseball glove
headphones: headphones, headphone, headset, kopfhörer, casque audio, auriculares, cuffie | ear muffs, earmuffs, hearing protection
earbuds: earbuds, wireless earbuds, earphones, airpods, in-ear headphones | hearing aid, hearing aids
speaker: speaker, loudspeaker, bluetooth speaker, smart speaker, lautsprecher, altavoz, subwoofer | amplifier, amp, soundbar, guitar amp, jukebox, intercom
keyboard: keyboard, computer keyboard, mechanical keyboard, tastatur, clavier d'ordinateur, teclado | calculator, synthesizer, synth, cash register, abacus, mixing console, midi controller, organ, xylophone, marimba
screen: screen, monitor, desktop monitor, computer screen, desktop computer, pc monitor, big screen, large screen, led screen, tv, television, flat screen, smart tv, computer monitor, fernseher, télévision, televisor | projector screen, oscilloscope, terminal, kiosk, video wall, movie, film, webcam, scoreboard
tablet: tablet, ipad, e-reader, kindle, graphics tablet | e-book reader, light switch, thermostat, smart home panel, power bank, hard drive, ssd, chip, microchip, circuit board, gps
printer: printer, laser printer, drucker, imprimante, impresora | scanner, copier, photocopier, 3d printer, fax machine, shredder, laminator
drone: drone, quadcopter, delivery drone, camera drone, drohne | surveillance drone
gamepad: gamepad, game controller, controller, joystick, game console, video game controller, playstation, xbox | nintendo, handheld console, remote control, remote
microphone: microphone, mic, podcast microphone, mikrofon, microphone stand | megaphone, podcast, karaoke, hairdryer, hair dryer, torch, flashlight, razor, shaver, curling iron
appliance: appliance, kitchen appliance, coffee machine, coffee maker, espresso machine, kaffeemaschine | microwave, air fryer, rice cooker, kettle machine, humidifier, air purifier, dehumidifier, heater, radiator, juicer, bread maker, food processor, mixer, stand mixer, coffee grinder, pasta machine, ice maker, water filter, boiler, heat pump, radio, record player, turntable, gramophone, tape recorder, cassette player, boombox, walkman, generator, engine, motor, machine, device, gadget, vending machine, slot machine, computer tower, projector, slide projector, metronome, music box, incubator, centrifuge, pump, compressor, robot vacuum, waffle iron, ice cream maker, deep fryer, scale, kitchen scale, weighing scale, meter, transformer, turbine, reactor, invention
washer: washing machine, washer, dryer, tumble dryer, waschmaschine, lave-linge, lavadora | dishwasher
toaster: toaster, grille-pain, tostadora | sandwich maker, sandwich press
fridge: fridge, refrigerator, kühlschrank, réfrigérateur, nevera, frigorifero | freezer, wine cooler, locker, vault, phone booth, telephone box, atm, cash machine, petrol pump, gas pump
fan: fan, electric fan, desk fan, ventilator | propeller, ceiling fan, air conditioner
vacuum: vacuum cleaner, vacuum, hoover, staubsauger, aspirateur, aspiradora | carpet cleaner, steam cleaner, leaf blower, pressure washer
iron: steam iron, clothes iron, flat iron, bügeleisen | ironing board
blender: blender, smoothie maker, mixer jug, standmixer | protein shaker, cocktail shaker, measuring cup, french press
sewing machine: sewing machine, nähmaschine, machine à coudre | loom, overlocker, knitting machine, spinning wheel
hammer: hammer, mallet, sledgehammer, marteau, martillo | axe, hatchet, pickaxe, gavel, hoe, tomahawk, ice axe
scissors: scissors, pair of scissors, shears, schere, ciseaux, tijeras, forbici | secateurs, tongs, tweezers, nail clippers, garden shears
tool: screwdriver, schraubenzieher, tournevis, destornillador | tool, chisel, wrench, spanner, pliers, awl, toothbrush, corkscrew, bottle opener, can opener, syringe, soldering iron, thermometer, pocket knife, swiss army knife, screw, bolt, magnet, crowbar, spatula, whisk, rolling pin, ladle, vape
saw: saw, handsaw, hand saw, hacksaw, säge | chainsaw, circular saw, jigsaw, bow saw
drill: drill, power drill, cordless drill, cordless screwdriver, bohrmaschine, akkuschrauber, perceuse, taladro | nail gun, heat gun, glue gun, angle grinder, sander, hot glue gun, spray gun, price gun
stapler: stapler, hefter, tacker, agrafeuse, grapadora | hole punch, tape dispenser, staple remover, hole puncher
spoon: spoon, teaspoon, tablespoon, wooden spoon, löffel, cuillère, cuchara | ladle spoon, cutlery, silverware
fork: fork, gabel, fourchette, tenedor | pitchfork, rake, trident
knife: knife, kitchen knife, chef's knife, dagger, bread knife, messer, couteau, cuchillo | machete, letter opener, scalpel, cleaver, peeler
brush: paintbrush, brush, paint brush, makeup brush, pinsel, pinceau, pincel | hairbrush, comb, paint roller, eyeliner, eyeshadow, makeup, toilet brush
pen: pen, pencil sharpener set, fountain pen, ballpoint pen, biro, stift, kugelschreiber, stylo, bolígrafo, crayons, colour pencil | marker, felt tip, highlighter, quill, stylus, ruler, chalk stick, wand, magic wand, thermometer pen, incense, cigarette, cigar
broom: broom, broomstick, besen, balai, escoba | mop, squeegee, duster
shovel: shovel, spade, snow shovel, schaufel, spaten, pelle, pala | trowel, oar, paddle, garden tools, garden tool
ladder: ladder, stepladder, leiter, échelle, escalera, scala | scaffold, scaffolding, stairs, staircase, escalator, trellis
dumbbell: dumbbell, dumbbells, barbell, hantel, haltère, mancuerna | kettlebell, weights, weight, gym equipment, bench press, treadmill, exercise bike, rowing machine
paper: map, treasure map, sheet of paper, document, paper sheet, letter, contract, invoice, receipt, dokument, brief, rechnung, lettre, documento | report, resume, cv, checklist, recipe, manuscript, scroll, spreadsheet printout, sheet music, exam, homework, worksheet, prescription, bookmark, label, price tag, post-it, sticky note, sticky notes, note, petition, permit, blueprint paper
envelope: envelope, mail, umschlag, enveloppe | postcard, stamp, postage stamp, love letter, newsletter, package slip, mailbox, letterbox, letter box
card: business card, visiting card, visitenkarte, carte de visite, tarjeta de visita | membership card, gift card, playing card, playing cards, tarot card, card game, gift voucher, voucher, coupon, licence plate, license plate, driving licence, sim card, memory card, nameplate
bank card: credit card, bank card, debit card, kreditkarte, carte bancaire | metro card, loyalty card, key card
greeting card: greeting card, birthday card, christmas card, thank you card, invitation, wedding invitation, valentine card, invitation card, grußkarte, geburtstagskarte, einladung, get well card | place card, place mat
booklet: passport, reisepass, passeport, pasaporte | bible, ledger, planner, journal, logbook, guidebook, dictionary, sketchbook, photo album, atlas, cookbook, manual, encyclopedia, hymnal, tarot deck, pocketbook
magazine: magazine, magazine cover, comic book, zeitschrift, revista, fashion magazine | catalogue, catalog, comic, album cover, vinyl, vinyl record, record cover, cd, dvd, game cover, lookbook, zine, playbill
newspaper: newspaper, zeitung, journal quotidien, periódico, giornale | headline, gazette, tabloid, crossword, sudoku
clipboard: clipboard, to-do list, todo list, shopping list, klemmbrett | survey, questionnaire, audit, inspection, patient file, scorecard, inventory
folder: folder, file folder, binder, ordner, dossier, carpeta | archive, portfolio, paperwork, files
calendar: calendar, wall calendar, desk calendar, kalender, calendrier, calendario | schedule, advent calendar, agenda, deadline, timetable
ticket: ticket, concert ticket, train ticket, boarding pass, cinema ticket, fahrkarte, eintrittskarte, billet | raffle ticket, bus pass, lottery ticket, backstage pass, parking ticket
coin: coin, gold coin, euro coin, bitcoin, münze, pièce de monnaie, moneda, moneta | token, crypto, button, cufflinks, poker chip, casino chip, puck, currency, badge pin
banknote: banknote, bank note, dollar bill, money, cash, euro note, geldschein, geld, argent, dinero | cheque, check book, salary, budget, savings, paycheck
frame: picture frame, painting, framed painting, framed picture, framed photo, bilderrahmen, gemälde, tableau, cuadro | canvas, mona lisa, artwork, tapestry, family photo, landscape painting, mural, exhibit, art print
pillow: pillow, cushion, kissen, oreiller, almohada, cuscino | blanket, duvet, beanbag, bean bag, sleeping bag, sandbag, punching bag, quilt, mattress, ottoman, pouf
rug: rug, carpet, teppich, tapis, alfombra, tappeto | doormat, yoga mat, mat, mousepad, picnic blanket, flying carpet, beach towel, trampoline
desk: standing desk, office desk, writing desk, computer desk, workstation, schreibtisch, bureau de travail, escritorio | workbench, reception, cubicle, checkout counter, reception desk
shelf: shelf, glass shelf, wooden shelf, oak shelf, white shelf, bookcase unit, shelves, shelving, regal, étagère, estantería | bookshelves, warehouse rack, rack, spice rack, pantry, display case, showcase, supermarket shelf, vending shelf
cabinet: filing cabinet, wardrobe, cabinet, cupboard, dresser, schrank, kleiderschrank, armoire, armario | sideboard, chest of drawers, closet, cabinetry, nightstand, elevator, lift, coffin, sauna, confession booth
bathtub: bathtub, bath tub, bath, badewanne, baignoire, bañera | hot tub, jacuzzi, trough
sink: sink, washbasin, wash basin, waschbecken, lavabo | faucet, tap, bird bath, basin
toilet: toilet, wc, toilette | bidet, urinal
stove: stove, oven, cooker, gas stove, herd, backofen, horno | grill, barbecue, bbq, kiln, furnace, wood stove, pizza oven, smoker
board: flip chart, flipchart, whiteboard, blackboard, chalkboard, noticeboard, notice board, tafel, pizarra, menu board | pinboard, moodboard, mood board, bulletin board, scoreboard panel, vision board, monopoly, storyboard
trophy: trophy, cup trophy, pokal, trophée, trofeo | award, oscar, prize, chalice, grail, winner's cup
medal: medal, gold medal, medaille, médaille, medalla | rosette, seal of approval, dog tag
racket: tennis racket, racket, racquet, badminton racket, tennisschläger | table tennis bat, ping pong paddle, lacrosse stick, fly swatter, magnifying glass, magnifier, banjo, mandolin, lute
board long: surfboard, surfbrett, snowboard | paddleboard, skis, ski, longboard, ironing table, wakeboard, cricket bat, baseball bat, hockey stick, golf club, totem, totem pole, obelisk, boomerang
skateboard: skateboard, skate board | hoverboard, sled, sledge, sleigh, roller skate, toboggan, snowmobile, scooter board, bobsled
hammock: hammock, hängematte, hamac, hamaca | safety net
brass: trumpet, cornet, trompete, trompette, trompeta | tuba, french horn, bugle, euphonium, saxophone, horn, vuvuzela, didgeridoo, alphorn, sousaphone, trombone, posaune, trombón, bassoon
accordion: accordion, concertina, akkordeon, accordéon, acordeón, fisarmonica | bandoneon, harmonica, bagpipes, harmonium
drum: drum, snare drum, drums, drum kit, bongo, trommel, tambour, tambor, tamburo | tambourine, timpani, cajon, djembe, cymbal, gong, cowbell
flute: flute, recorder flute, flöte, flûte, flauta | clarinet, oboe, pan flute, recorder, whistle, baton, telescope tube
digger: excavator, digger, backhoe, bagger, excavadora, pelleteuse | bulldozer, crane, forklift, tank, combine harvester, steamroller, road roller, loader, snowplough, snow plow, dumper, construction machine, combine
tractor: tractor, traktor, tracteur, trattore | lawn mower, lawnmower, quad bike, golf cart, go kart, monster truck, ride-on mower, buggy, carriage, rickshaw, tuk tuk, jeep
wheelbarrow: wheelbarrow, schubkarre, brouette, carretilla | hand cart, plough
cart: shopping cart, shopping trolley, trolley cart, einkaufswagen, caddie, carrito | stroller, pram, baby carriage, pushchair, wheelchair, serving trolley, cargo bike, cradle
wagon: delivery van, transporter, lieferwagen, camionnette, furgoneta | ambulance, caravan, ice cream truck, police van, moving truck, motorhome, rv, food truck, mail truck, garbage truck, minibus, wagon, cargo container, container, shipping container, train wagon
statue: statue, sculpture, bust sculpture, denkmal, skulptur, estatua, statua | monument, buddha, figurine, mannequin, gnome, garden gnome, gargoyle, action figure, scarecrow, doll, puppet, nutcracker, venus de milo, sphinx, idol, golem, marionette
block: hotel, school, hospital, theatre, theater, office block, supermarket, pharmacy, airport, schule, krankenhaus, hôpital, escuela | cinema, post office, police station, fire station, train station, station, stadium, prison, gym building, warehouse, data center, data centre, mall, shopping mall, arena, laboratory building, clinic, kindergarten, casino, parking garage, greenhouse building, apartment block, headquarters, barracks, motel, hostel, dormitory
factory: factory, plant building, fabrik, usine, fábrica | power plant, refinery, brewery building, sawmill, nuclear plant, steelworks, foundry, mine
fountain: fountain, brunnen, fontaine, fuente, fontana | geyser, sprinkler, water feature
column: column, pillar, säule | altar, monolith, toilet paper, paper towel, kitchen roll, lectern, chimney, silo
carrot: carrot, carrots, möhre, karotte, carotte, zanahoria | parsnip, radish, turnip, leek, asparagus, corn, sweetcorn, ginger, celery, rhubarb, horseradish
pickle: pickle, gherkin, cucumber, gurke, cornichon, pepino | courgette, zucchini, okra, watermelon, melon, date fruit, jalapeño, mango, papaya, dragon fruit, kiwi, chili pepper, pod, pupa
banana: banana, banane, plátano | plantain, bananas bunch, pea pod
veg: aubergine, eggplant, aubergines | potato, onion, garlic, bell pepper, pepper, beetroot, beet, cabbage, cauliflower, broccoli, artichoke, lettuce, spinach, kale, fig, plum, coconut, pineapple, acorn, pomegranate, vegetable, sweet potato, mangosteen, blueberry, blueberries, blackberry, berry, berries, olive, chestnut fruit, hazelnut, bulb of garlic, truffle, turmeric
egg: egg, easter egg, ei, œuf, huevo, uovo | pebble, avocado stone, cocoon, nest egg, bean, pearl, fossil
cheese: cheese, käse, fromage, queso, formaggio, swiss cheese | butter, tofu, brie, cheddar, parmesan, feta, camembert, gouda, mozzarella, halloumi, blue cheese
cookie: cookie, biscuit, chocolate chip cookie, keks, galleta | cracker, macaron, rice cake, cookies, gingerbread, waffle cookie, tortilla, flatbread, naan, oreo, crumpet
bar: chocolate bar, bar of soap, soap, soap bar, chocolate, bar of chocolate, seife, schokolade, savon, jabón | cutting board, chopping board, granola bar, protein bar, energy bar, candy bar, eraser, gold bar, ingot, sponge, nougat, dynamite, harmonica box, marzipan, fudge, tofu block, modeling clay, wood block, domino, dominoes, battery bar, bandage, plaster
cube: cube, dice, die, rubik's cube, würfel, cubo | ice cube, ice cubes, block of ice, sugar cube, tissue box, hay bale, prism, hypercube, building block, building blocks
sphere: sphere, orb, kugel, esfera, golf ball, tennis ball, bowling ball, cannonball, billiard ball, marble ball | yarn ball, ball of yarn, atom, molecule, virus, bacteria, electron, pearl ball, meteor, asteroid, snowball, meatball, disco ball, christmas ornament, ornament, bubble, soap bubble, planet model, black hole, proton, nucleus, yo-yo, balloon ball, bauble
cone: traffic cone, cone, pylon, verkehrskegel | megaphone cone, funnel tool, spinning top
fence: fence, picket fence, zaun, clôture, valla | hedge, barrier, barricade, railing, turnstile, picket, pier
typewriter: typewriter, schreibmaschine, machine à écrire, máquina de escribir | telegraph, teleprinter, enigma machine, stenograph, pinball machine
lipstick: lipstick, lip balm, lippenstift, rouge à lèvres, pintalabios | lip gloss, usb stick, usb drive, lighter, glue stick, crayon stick, shotgun shell, cartridge, ammunition, cork
sock: sock, socks, socke, chaussette, calcetín | stocking, christmas stocking, leg warmers, windsock
candle jar: scented candle, candle jar, candle in a jar, duftkerze, soy candle, tea light | air freshener, oil burner, diffuser, reed diffuser
well: well, wishing well, ziehbrunnen, puits, pozo | chimney top, gazebo, pavilion, bird feeder, dog house, doghouse, kennel, birdhouse, beehive, chicken coop, treehouse, tree house, dollhouse, doll house, shed, outhouse, playhouse, bus stop
swing: swing, swing set, swings, schaukel, balançoire, columpio | seesaw, slide playground, playground, climbing frame, gallows, gate frame, easel, clothesline, washing line, clothes rack
stand: market stall, stall, food stand, lemonade stand, kiosk stand, marktstand, booth, puesto | hot dog stand, ice cream stand, burger stand, taco stand, coffee stand, ticket booth, trade fair booth, bar counter, bbq stand, newsstand, flea market, fruit stand, flower stall, circus, circus tent, carousel, merry-go-round, ferris wheel, roller coaster, rollercoaster, popcorn machine, expo booth

watch: stopwatch | sundial, barometer, odometer, speedometer, altimeter, geiger counter
books: textbooks, library books, encyclopedias |
hat:  | wig, fez, tricorn
plant: monstera, aloe vera, basil, herb, herbs, ficus, snake plant, rubber plant | mint, parsley, rosemary, thyme, lavender plant, seedling, bush, shrub, weed, ivy, vine, grass plant, moss, seaweed, wheat, barley, crop, crops, hops, bonsai pot, venus flytrap, tomato plant, sprout, coral plant, hydrangea
flower: daffodil, iris flower, carnation, chrysanthemum, dandelion, hibiscus, magnolia, violet flower, dahlia, bouquet, marigold, edelweiss, crocus, snowdrop, daffodils |
chair: dining chair, bar stool, deck chair, high chair | wheelchair seat, dentist chair, car seat, stairlift, electric chair, saddle, beach chair, lounger
table: coffee table, dining table, conference table, meeting table, side table, billiard table, pool table, ping pong table | workbench table, massage table, foosball table, anvil
lamp: ceiling lamp, pendant lamp, chandelier, lava lamp, reading lamp | lampshade, streetlamp, spotlight, lightsaber, torchiere
car: electric car, suv, limousine, station wagon, hatchback, formula 1 car, police car, tesla, porsche, ferrari, batmobile, delorean | hovercar, tricycle car, ambulance car
bicycle: mountain bike, road bike, e-bike, tandem, unicycle | kick scooter, segway, penny-farthing, rollator
motorcycle: dirt bike, chopper motorcycle, e-scooter, electric scooter | jet ski, quad
ship: ferry, cruise ship, freighter, container ship, warship, battleship, catamaran, steamboat, tall ship | aircraft carrier, icebreaker, ark, viking ship, oil rig, paddle steamer, oil tanker, tanker
boat: motorboat, speedboat, raft, fishing boat, kayaks, lifeboat, tugboat, houseboat | pedalo, hovercraft, banana boat, life raft, punt, noah's ark
aeroplane: fighter jet, passenger plane, glider, airliner, seaplane, concorde, airplane model | hang glider, flying machine, paraglider
rocket: missile, space rocket, firework, fireworks | torpedo, firecracker, lunar lander, rover, mars rover
satellite: space probe, space telescope, sputnik |
tower: skyscraper tower, big ben, leaning tower of pisa, cn tower, control tower, minaret, water tower, burj khalifa | statue of liberty, radio tower, cell tower, oil derrick, transmission tower, lifeguard tower
bridge: golden gate bridge, tower bridge, suspension bridge, drawbridge |
hall: parthenon, acropolis, greek temple, roman temple, courthouse, museum, bank building, parliament, pantheon, town hall, city hall, opera house | white house, capitol, colosseum, taj mahal, mosque, synagogue, opera, mausoleum, university, embassy, library building, supreme court, stock exchange, palace of justice, philharmonic, academy
temple: stupa, shinto shrine | angkor wat, ziggurat
tiger: bengal tiger | ocelot, sabre-toothed tiger, sabertooth
zebra: zebras | okapi
rabbit: angora rabbit | kangaroo, wallaby, chinchilla, guinea pig, jackalope, bilby, quokka, easter bunny
bear: brown bear, koala bear | bigfoot, yeti, gibbon, wolverine, anteater, aardvark, werewolf, king kong, koala
mouse: rat, gerbil, vole, dormouse, shrew | mongoose, weasel, ferret, stoat, meerkat, prairie dog, armadillo, pangolin, computer mouse
hedgehog: echidna |
pig: warthog, guinea hog | hippo, hippopotamus, rhino, rhinoceros, rhinos pig, triceratops
cow: bison, highland cow, water buffalo, wildebeest | gnu, muskox, minotaur
deer: caribou, impala, springbok, roe deer, roebuck | kudu, chamois, mountain goat
flamingo: pink flamingo | ostrich, emu, spoonbill, kiwi bird, dodo
hen: | turkey, pheasant, partridge, quail, peacock, guinea fowl, peahen
bird: nightingale, woodpecker, wren, cuckoo, lark, cockatoo, cockatiel, budgie, puffin bird, hoopoe | phoenix, archaeopteryx, pelican, puffin, weathervane, cuckoo bird
dolphin: beluga, orca whale | narwhal, mermaid, dugong, sea cow, otter at sea
shark: hammerhead, great white, swordfish, barracuda | piranha, sturgeon, marlin
fish: cod, herring, sardine, mackerel, guppy, pike fish, seahorse, pufferfish | stingray, manta ray, axolotl, tadpole, anglerfish, moray
crab: scorpion, crayfish, shrimp, prawn, hermit crab | spider, tarantula, ant, cockroach
snail: slug, sea snail, nautilus | caterpillar, worm, earthworm, millipede, centipede, leech
ladybird: stag beetle, scarab, weevil | bug, cicada, grasshopper, cricket, mantis, praying mantis, mosquito, fly, stick insect, insect
frog: tree frog, bullfrog | salamander, newt, gecko, chameleon, lizard, iguana, komodo dragon
dinosaur: tyrannosaurus, diplodocus, velociraptor, stegosaurus, godzilla | loch ness monster, monster, hydra, chimera
dragon: sea dragon, fire dragon | griffin, gryphon, basilisk, pterodactyl, pegasus dragon, gargoyle dragon
ghost: ghosts, poltergeist | vampire, zombie, mummy, skeleton, angel, demon, alien, grim reaper, ghoul, banshee
wizard: sorceress, warlock, druid | gnome wizard, dwarf, elf, santa, santa claus, father christmas, leprechaun, hobbit, merlin, fairy, oracle, monk, priest, nun, pope, rabbi
knight: crusader, paladin, gladiator, centurion | ninja, pirate, cowboy, superhero, spartan, musketeer, stormtrooper, batman, superman, spiderman, executioner
king: emperor, empress, pharaoh, sultan, tsar, duchess, duke, king arthur |
child: schoolboy, schoolgirl, teenager, kids, pupil | cherub, newborn, pixie
robot: cyborgs, humanoid robot, mecha, humanoid, cobot | robot arm, robotic arm, terminator, transformer robot, chatbot, ai, artificial intelligence, assistant robot
person: people, crowd, couple, friends, tourist, customer, customers, audience, colleague, colleagues, runner, influencer, neighbour | worker, keeper, owner, player, walker, tamer, maker, seller, vendor, operator, collector, dealer, rider, fighter, builder, inspector, instructor, director, editor, racer, chef, teacher, doctor, scientist, farmer, fisherman, painter, musician, dancer, ballerina, poet, student, barista, waiter, waitress, nurse, pilot, engineer, architect, lawyer, plumber, electrician, carpenter, mechanic, baker, butcher, gardener, florist, tailor, hairdresser, barber, dentist, surgeon, pharmacist, vet, veterinarian, therapist, yoga teacher, coach, athlete, footballer, football player, basketball player, tennis player, boxer, swimmer, skier, surfer, cyclist, climber, mountaineer, sailor, captain, fisher, hunter, police officer, policeman, policewoman, firefighter, fireman, detective, spy, judge, politician, president, minister, professor, researcher, librarian, journalist, photographer, designer, developer, programmer, coder, data scientist, analyst, accountant, consultant, manager, businessman, businesswoman, business woman, business man, entrepreneur, founder, ceo, cto, cfo, executive, boss, secretary, receptionist, cashier, salesman, saleswoman, shopkeeper, courier, delivery man, postman, mail carrier, driver, bus driver, taxi driver, trucker, construction worker, miner, welder, blacksmith, potter, weaver, sculptor, artist, singer, rapper, drummer, guitarist, violinist, pianist, conductor, dj, actor, actress, clown, juggler, acrobat, comedian, model, bride, groom, mother, father, grandmother, grandfather, grandma, grandpa, senior, retiree, patient, beekeeper, winemaker, brewer, cheesemaker, shepherd, geisha, nomad, explorer, archaeologist, astronomer, chemist, physicist, biologist, mathematician, philosopher, historian, translator, interpreter, flight attendant, stewardess, lifeguard, janitor, cleaner worker, housekeeper, babysitter, nanny, bartender, sommelier, cook, pastry chef, magician's assistant, fortune teller, skateboarder, dancer couple, ballet dancer, speaker on stage, keynote speaker, recruiter, employee, candidate, team, teammate, project manager, product manager, hr manager, realtor, estate agent, banker, broker, investor, trader, logician, stuntman, chimney sweep, lumberjack, knitter, seamstress, zookeeper, ranger, diver, scuba diver, referee, wrestler, gymnast, rower, golfer, archer, fencer, martial artist, karateka, sumo wrestler, farmer's wife, tour guide, monk traveller, pilgrim, refugee, soldier woman, sniper, bodyguard, thief, burglar, hacker, gamer, streamer, youtuber, podcaster, blogger, author, novelist, writer, publisher, cartoonist, illustrator, tattoo artist, makeup artist, stylist, watchmaker, jeweller, goldsmith, locksmith, glassblower, shoemaker, cobbler, roofer, painter decorator, bricklayer, mason, surveyor, urban planner, meteorologist, geologist, botanist, zoologist, marine biologist, oceanographer, paleontologist, psychologist, psychiatrist, paramedic, midwife, optician, radiologist, cardiologist, pediatrician, physiotherapist, masseuse, nutritionist, hostess, butler, maid, valet, concierge, doorman, usher, stagehand, cameraman, film director, producer, screenwriter
shop: pizzeria | bäckerei, boulangerie, panadería, panaderia, flower shop, florist shop, grocery store, grocery, butcher shop, barber shop, barbershop, hair salon, nail salon, beauty salon, deli, ice cream shop, ice cream parlour, candy store, toy store, toy shop, pet shop, hardware store, convenience store, pub, tavern, diner, bistro, brewery, jewelry store, record store, bike shop, gelateria, laundromat, tattoo studio, trattoria, bodega, corner shop, souvenir shop, coffee house, roastery, tailor shop, sushi bar, pawn shop, kneipe, friseursalon, apotheke, metzgerei
sign: stop sign, road sign, street sign, traffic sign, led sign, signage, nameplate sign, lightbox, light box, led wall, placard, protest sign | departure board, scoreboard sign, speed limit, warning sign, no parking sign

chart: bar chart, column chart, bar graph, bar plot, chart, histogram, balkendiagramm, säulendiagramm, graphique en barres, gráfico de barras, stacked bar chart, diagramm | box plot, waterfall chart, infographic chart, statistics, kpi, kpis, forecast
line chart: line chart, line graph, area chart, time series, trend line, stock chart, liniendiagramm, candlestick chart, growth chart, line plot | seismograph, sparkline, stock market, exchange rate, ecg
pie chart: pie chart, donut chart, doughnut chart, ring chart, tortendiagramm, kreisdiagramm, camembert graphique | market share, sunburst chart
scatter plot: scatter plot, scatterplot, scatter chart, bubble chart, streudiagramm, regression plot | cluster plot, point cloud, t-sne
heatmap: heatmap, heat map, confusion matrix, correlation matrix | treemap, seat map, activity map, contribution graph
funnel: funnel, sales funnel, funnel chart, marketing funnel, conversion funnel | pyramid chart, maslow pyramid
gantt chart: gantt chart, gantt, project plan, roadmap, product roadmap, projektplan | sprint plan, work plan, rota
table page: table of, spreadsheet, data table, excel sheet, excel table, price list, pricing table, tabelle | comparison table, periodic table, ledger sheet, league table, leaderboard, ranking
diagram: flowchart, flow chart, diagram, process diagram, workflow, block diagram, data flow diagram, architecture diagram, schematic, flussdiagramm, ablaufdiagramm, diagramme, sequence diagram, system diagram, data pipeline, wiring diagram, user flow, schéma, esquema | algorithm, decision tree, er diagram, infrastructure, supply chain, customer journey, state machine, uml diagram, value chain, microservices
venn diagram: venn diagram, venn, euler diagram, mengendiagramm |
tree diagram: org chart, organisation chart, organization chart, organigram, organigramm, family tree, tree diagram, hierarchy, org chart diagram | site map, sitemap, taxonomy, phylogenetic tree
cycle diagram: cycle diagram, life cycle, lifecycle, water cycle, circular diagram, kreislauf, feedback loop, product life cycle | rock cycle, carbon cycle, nitrogen cycle, flywheel, pdca
timeline: timeline, time line, zeitstrahl, zeitleiste, chronology | milestones
mind map: mind map, mindmap, concept map, brainstorm, brainstorming, word cloud |
network diagram: network diagram, network topology, network architecture, network plan, network map, network infrastructure, it infrastructure, cloud architecture, server architecture, netzwerkdiagramm, netzwerkplan | lan, intranet
neural network: neural network, network graph, deep neural network, neuronales netz, perceptron, knowledge graph | social network, blockchain, transformer model, topology
matrix: swot analysis, swot, swot matrix, swot diagram, 2x2 matrix, eisenhower matrix, quadrant chart, four quadrants, bcg matrix, quadrant, magic quadrant |
web page: cart page, shopping cart page, search page, team page, results page, faq page, error page, 404 page, product page, profile page, about page, contact page, checkout page, sign-up page, start page, blog post, site, сайт, 网页, website, web page, webpage, landing page, homepage, home page, web design, webseite, web shop, online shop, online store, site web, página web, webshop, blog, e-commerce site | web app, wireframe, checkout page, pricing page, newsletter page, search engine, browser
dashboard: dashboard, analytics dashboard, admin panel, control panel, kpi dashboard, armaturenbrett, crm, admin dashboard, monitoring dashboard, sales dashboard | erp, analytics, business intelligence
app: app, mobile app, phone app, app screen, app interface, mobile interface, ui, user interface, ux, ui design, ios app, android app, app mockup, app design, smartphone app | onboarding, profile screen, weather app, wallet app, gui
settings screen: settings screen, settings dialog, settings page, dialog, dialog box, dialogue box, preferences dialog, preferences window, modal, popup window, pop-up window, control centre, settings menu, form, web form, einstellungen | configuration, checklist app
kanban page: kanban board, kanban, task board, trello board, scrum board
code editor: code editor, ide, source code, code snippet, vs code, text editor | terminal window, command line, console
inbox: email inbox, mail inbox, email client, inbox, mail app | file manager, message list
music player: music player, music app, audio player, spotify, podcast player, podcast app | playlist, now playing
map page: map app, navigation app, maps app, route planner, city map app | navigation, route map
video call: video call, video conference, zoom call, zoom meeting, online meeting, videokonferenz | webinar
login screen: login screen, login page, sign-in screen, sign in page, login form, login, sign-up form, signup form, sign up page, registration form, anmeldeseite | contact form, password prompt, checkout form
chat screen: chat app, chat screen, messenger, messaging app, chat window, chat interface | chatbot interface, sms, support chat, whatsapp
logo: логотип, ロゴ, logo, logotype, wordmark, brand mark, emblem, brand logo, company logo, app icon, crest, coat of arms, monogram, sticker, logotipo | branding, mascot logo, brand identity
poster: flyer, leaflet, brochure, pamphlet, плакат, афиша, 海报, event poster, movie poster, film poster, concert poster, flyer design, gig poster, protest poster, motivational poster, festival poster, ad poster, filmplakat, kinoplakat | advertisement, advert, ad, social media post, instagram post, instagram story, story template, youtube thumbnail, thumbnail, web banner, infographic, infographics, infographic poster
slide: slide, presentation slide, powerpoint slide, powerpoint, pitch deck, slide deck, title slide, keynote slide, presentation, folie, präsentation, diapositive | keynote, executive summary, business plan
menu: menu, restaurant menu, menu card, speisekarte, drinks menu, wine list, price board | drinks list, table of contents, setlist
certificate: certificate, diploma, award certificate, zertifikat, urkunde, certificat, certificado | warranty, licence, license, award diploma, gift certificate
book cover: book cover, novel cover, cover of a book, front cover, buchcover, ebook cover, couverture de livre | cover design, cookbook cover

badge: badge, name tag, name badge, conference badge, id badge, id card, staff badge, visitor badge, lanyard, namensschild, badge nominatif, бейдж, 名牌, 胸牌
thermos: thermos, thermos flask, thermos bottle, vacuum flask, insulated bottle, steel bottle, sports bottle, travel mug, tumbler bottle, thermoskanne, gourde, termo | shaker bottle
chessboard: chess set, chess, chessboard, chess board, schachbrett, échiquier, tablero de ajedrez, 棋盘 | chess game, chess piece, chess pieces, pawn, checkers
empty plate: empty plate, tray, serving tray, tablett, bamboo tray, wooden tray, saucer, lily pad, coaster | cutting mat
waterfall: waterfall, waterfalls, wasserfall, cascade, cascada, cascata, 瀑布, 滝, водопад
flower pot: flower pot, flowerpot, terracotta pot, clay pot, plant pot, planter, blumentopf, pot de fleurs, maceta
snow globe: snow globe, glass globe, glass dome, terrarium, fish bowl, fishbowl, round bowl, aquarium tank, schneekugel | crystal ball
boot: boot, boots, rubber boots, rain boots, wellies, hiking boots, winter boots, cowboy boots, stiefel, bottes, botas | ski boots, work boots
flying broom: flying broom, magic broom
branch: branch, tree branch, bough, twig, perch, ast, zweig, branche, rama, ramo, 树枝, 枝, ветка
log: log, tree stump, stump, tree trunk, fallen tree, wooden log, baumstamm | driftwood, firewood
helmet: helmet, hard hat, bike helmet, bicycle helmet, construction helmet, safety helmet, motorcycle helmet, helm, casque, casco, каска, шлем, 头盔 | football helmet, viking helmet, ski helmet
space helmet: space helmet, astronaut helmet, astronaut's helmet, cosmonaut's helmet, diving helmet
hot dog: hot dog, hotdog, hot dogs, sausage in a bun, currywurst | sausage, bratwurst
pancakes: pancakes, pancake, stack of pancakes, pile of pancakes, pfannkuchen, hotcakes, crêpes, tortitas | waffles, waffle, french toast, crepe
wristwatch: wristwatch, wrist watch, watch, luxury watch, armbanduhr, montre, montre-bracelet, reloj de pulsera, orologio da polso, 手表, наручные часы
smartwatch: smartwatch, smart watch, apple watch, fitness watch | fitness tracker, fitness band
sandwich: sandwich, club sandwich, toast sandwich, sub sandwich, panini, bánh mì, 三明治 | wrap, bagel, blt
taco: taco, tacos | burrito, quesadilla, shawarma
fries: fries, french fries, chips and fries, pommes, pommes frites, potato fries, patatas fritas
donut: donut, doughnut, donuts, doughnuts, 甜甜圈
croissant: croissant, croissants, crescent roll | pastry, danish, strudel
noodles: noodles, noodle soup, ramen, bowl of ramen, bowl of noodles, ramen bowl, pho, udon, soba, 拉面, ラーメン, 面条 | miso ramen, laksa
beer mug: beer mug, glass of beer, pint of beer, pint, beer glass, mug of beer, bier, bière, cerveza, birra, 啤酒, пиво | lager, ale, stout, root beer
paper cup: paper cup, coffee to go, takeaway cup, takeaway coffee, to-go cup, disposable cup | takeaway
server: server, servers, server rack, servers rack, web server, rack server, mainframe, rechner, serveur, servidor, 服务器, сервер | data server, file server, api server, app server, mail server, application server, backend, load balancer
database: database, databases, db, datenbank, base de données, base de datos, 数据库, база данных | data warehouse, sql, data lake, postgres, redis, mysql
router: router, wifi router, modem, access point, network switch, switch, hub, gateway | wifi
cloud icon: cloud icon, the cloud, cloud server, cloud storage, cloud computing | internet, saas, cdn, api
firewall: firewall, brick firewall
user icon: user, users, client, clients, end user, user icon, account
padlock: padlock, lock, vorhängeschloss, cadenas, candado | encryption, vpn, password
shield: shield, security shield, schild und schwert, bouclier, escudo | security, antivirus, protection
flag: flag, flags, white flag, fahne, flagge, drapeau, bandera, bandiera, 旗, флаг | pennant, ensign
traffic light: traffic light, traffic lights, stoplight, ampel, feu tricolore, semáforo, semaforo
mirror: mirror, wall mirror, hand mirror, spiegel, miroir, espejo, specchio, 镜子, зеркало | vanity
fireplace: fireplace, fire place, chimney fire, kamin, cheminée, chimenea, 壁炉 | hearth
snake: snake, cobra, python, viper, anaconda, rattlesnake, schlange, serpent, serpiente, 蛇, змея | eel
heels: heels, high heels, high heel, stilettos, stiletto, pumps, stiletto heels, high heeled shoe, high heeled shoes
sandal: sandal, sandals, flip flop, flip flops, flipflops
loafer: loafer, loafers, dress shoe, dress shoes, leather shoe, leather shoes, oxford shoe, oxford shoes, oxfords, slipper, slippers, ballet flats, ballet shoes, ballet slippers | clogs, mules, boat shoes
cap: cap, baseball cap, baseball hat, snapback, schirmmütze, casquette, gorra
cowboy hat: cowboy hat, cowboy's hat, stetson
brim hat: straw hat, sun hat, fedora, bowler hat, panama hat, wide brimmed hat, sombrero hat, bucket hat
beanie: beanie, woolly hat, knitted hat, winter hat, bobble hat, mütze, bonnet | beret, turban
party hat: party hat, birthday hat, santa hat, elf hat
toque: chef's hat, chef hat, chefs hat
anchor: anchor
wall shelf: wall shelf, floating shelf
sickbed: hospital bed, sickbed, patient bed, stretcher, gurney, operating table
vitals: vital signs monitor, patient monitor, heart monitor, ecg monitor, heart rate monitor | iv stand, iv drip, ventilator machine
flask: flask, conical flask, erlenmeyer flask, beaker, beakers | test tube, test tubes, petri dish
double-decker: double-decker, double-decker bus, london bus, routemaster, doppeldecker, doppeldeckerbus
tram: tram, streetcar, trolley, trolley car, cable car, straßenbahn, tramway
floating island: floating island, sky island, flying island, island in the sky
island: island, desert island, insel, île, isla
cliff: cliff, sea cliff, cliff edge, clifftop
llama: llama, alpaca, lama
goat: goat, billy goat, ibex, ziege, chèvre, cabra
raccoon: raccoon, racoon, waschbär, red panda | lemur, badger, skunk, possum, opossum
capybara: capybara | beaver, otter, mole, marmot, groundhog, wombat, platypus, tapir
seal: seal, sea lion, seal pup, robbe, phoque | walrus, manatee
monkey: monkey, chimpanzee, chimp, ape, affe, singe | gorilla, sloth
swivel: office chair, swivel chair, desk chair, gaming chair, bürostuhl
pool: swimming pool, pool, schwimmbad, piscine, piscina
sun icon: sun icon
moon icon: moon icon
crocodile: crocodile, alligator, krokodil, cocodrilo
wallet: wallet, leather wallet, billfold, geldbörse, portefeuille, cartera | coin purse
surf: surf
bed: crib, cot, bunk bed
"""

INSCRIPTIONS = word_set(
    """
    label tag sticker logo print patch plaque nameplate engraving inscription monogram emblem
    lettering writing caption text words slogan title decal stamp ribbon bow
    """
)
"""What is on a thing and not beside it: "a bottle with a label"."""

MATERIALS = """
9a6238: leather, leder, cuir, cuero
b07a4a: wooden, wood grain, bamboo wood, pine wood, hölzern, rustic wood, plywood, cork wood
c89a62: oak, oak wood, oaken, beech, birch wood
6a4530: walnut, walnut wood, mahogany, teak, dark wood, rosewood
e8e6e4: marble, white marble, porcelain, quartz stone, marmor
3a3a42: black marble, slate, granite, obsidian, basalt, anthracite
b4b2ae: concrete, cement floor, beton, terrazzo
b8604a: terracotta, clay, brick, adobe
c89a6a: cardboard, brown paper, carton board
d8c8a8: linen, burlap, jute, sandstone, rattan, wicker, canvas cloth, kraft paper, kraft
b8c0cc: steel, stainless steel, stainless, chrome, metal, metallic, aluminium, aluminum, iron metal, pewter, titanium, tin metal
b87a4a: copper metal, rusty, brass metal, corten
8fb0a8: ceramic, stoneware, earthenware, keramik, céramique, cerámica, enamel
4a68a0: denim
a84a5a: velvet
"""
"""What things are made of, as the colour that it gives them when none is asked for."""

TRAITS = """
beard: beard, bearded, goatee, full beard, long beard, bushy beard, vollbart, bärtiger, barbe, barbu, 胡子, борода
moustache: moustache, mustache, handlebar moustache, schnurrbart, bigote, baffi
old: old, elderly, aged, wrinkled, ageing, aging, retired, alter, alte, vieux, vieille, viejo, vieja, anciano, anciana, vecchio, vecchia, старый, старая
grey: grey hair, gray hair, grey haired, gray haired, silver hair, silver haired, white hair, white haired
bald: bald, bald headed, shaved head, glatzköpfiger, chauve, calvo
long: long hair, long haired, ponytail, braids, braided, pigtails, flowing hair, langhaarig, langhaarige
curly: curly, curly hair, curly haired, afro, wavy hair, dreadlocks, lockig, lockige
short: short hair, short haired, bob cut, pixie cut
blond: blond, blonde, blond hair, blonde hair, blond haired
ginger: red hair, red haired, redhead, redheaded, ginger hair
dark: black hair, dark hair, dark haired, black haired, brunette, brown hair
hijab: hijab, headscarf, head scarf, kopftuch
"""
"""How a person looks."""

AGENTS = word_set(
    """
    keeper owner player walker tamer maker seller trainer vendor operator collector hunter dealer
    driver rider climber worker engineer designer doctor teacher farmer fighter singer developer
    builder cleaner inspector instructor manager director editor dancer racer photographer
    """
)
"""Who does something with what was named before: "a lighthouse keeper"."""

NATURAL = {
    "blackboard": "2f5a4a",
    "chalkboard": "2f5a4a",
    "whiteboard": "f4f4f2",
    "glass shelf": "c4dfe8",
    "red panda": "b8562a",
    "santa hat": "c8382f",
    "fedora": "5a4a42",
    "bowler hat": "2e2c36",
    "chimpanzee": "4a3a34",
    "gorilla": "3a3a40",
    "koala": "8d9099",
}
"""What colour a noun means."""

COMPANY = {
    "cyclist": "riding bicycle", "bike": "riding bicycle", "biker": "riding motorcycle",
    "motorcyclist": "riding motorcycle", "jockey": "riding horse", "cowboy": "riding horse",
    "equestrian": "riding horse", "surfer": "riding surf", "skateboarder": "riding skateboard",
    "guitarist": "holding guitar", "violinist": "holding violin", "cellist": "holding violin",
    "musician": "holding guitar", "drummer": "beside drum", "pianist": "beside piano",
    "trumpeter": "holding brass", "flutist": "holding flute", "photographer": "holding camera",
    "gardener": "holding shovel", "painter": "holding brush", "artist": "holding brush",
    "waiter": "holding dish", "waitress": "holding dish", "librarian": "holding books",
    "teacher": "holding book", "student": "holding books", "barista": "holding cup",
    "baker": "holding bread", "carpenter": "holding hammer", "blacksmith": "holding hammer",
    "mechanic": "holding tool", "plumber": "holding tool", "electrician": "holding light bulb",
    "astronomer": "beside telescope", "scientist": "beside microscope", "florist": "holding tulip",
    "farmer": "holding fork", "boxer": "holding glove", "tennis": "holding racket",
    "basketball": "holding ball", "footballer": "holding ball", "football": "holding ball",
    "soccer": "holding ball", "singer": "holding microphone", "gamer": "holding gamepad",
    "programmer": "holding laptop", "developer": "holding laptop", "coder": "holding laptop",
    "courier": "holding box", "postman": "holding envelope", "cleaner": "holding broom",
    "janitor": "holding broom", "tailor": "holding scissors", "hairdresser": "holding scissors",
    "barber": "holding scissors", "dj": "wearing headphones", "construction": "wearing helmet",
    "miner": "wearing helmet", "firefighter": "wearing helmet", "fireman": "wearing helmet",
    "tourist": "holding camera", "traveller": "holding suitcase", "chef": "holding pan",
    "cook": "holding pan", "doctor": "holding clipboard", "nurse": "holding clipboard",
    "beekeeper": "beside bee", }  # fmt: skip
"""What makes a trade known at sight, when nothing else is said of its people."""

ELDERS = word_set(
    "grandfather grandmother grandpa grandma granny grandparent elder pensioner retiree santa"
)

MOTIFS = {
    "bakery": "bread", "bookshop": "books", "bookstore": "books", "teahouse": "teapot",
    "tea house": "teapot", "cafe": "cup", "café": "cup", "coffee shop": "cup",
    "coffee house": "cup", "roastery": "cup", "coffee": "cup", "law": "book", "lawyer": "book",
    "yoga": "flower", "spa": "flower", "florist": "flower", "flower shop": "tulip",
    "tech": "gear", "software": "gear", "startup": "rocket", "engineering": "gear",
    "gym": "dumbbell", "fitness": "dumbbell", "restaurant": "dish", "pizzeria": "pizza",
    "travel": "globe", "travel agency": "globe", "bank": "coin", "finance": "coin",
    "insurance": "umbrella", "brewery": "beer mug", "bar": "wine glass", "winery": "grapes",
    "vineyard": "grapes", "pet shop": "dog", "veterinary": "dog", "vet": "dog",
    "music school": "guitar", "record label": "guitar", "photography": "camera",
    "photographer": "camera", "photo studio": "camera", "hairdresser": "scissors",
    "barber": "scissors", "barbershop": "scissors", "barber shop": "scissors",
    "salon": "scissors", "construction": "hammer", "carpentry": "hammer", "carpenter": "hammer",
    "real estate": "house", "architecture": "house", "bike": "bicycle", "bicycle": "bicycle", "cycling": "bicycle",
    "car": "car", "marine": "whale", "mountain": "mountain icon",
    "alpine": "mountain icon", "outdoor": "mountain icon", "hiking": "mountain icon", "ski": "mountain icon", "ocean": "whale", "architect": "house", "hotel": "bed",
    "hostel": "bed", "school": "book", "toy": "bear", "university": "book", "library": "books",
    "energy": "light bulb", "electrician": "light bulb", "solar": "light bulb",
    "farm": "tractor", "dairy": "cow", "butcher": "pig", "surf": "board long",
    "surf school": "board long", "bike shop": "bicycle", "cleaning": "broom", "security": "key",
    "locksmith": "key", "jeweller": "ring", "jewelry": "ring", "jewellery": "ring",
    "fashion": "dress", "tailor": "scissors", "shipping": "wagon", "logistics": "wagon",
    "delivery": "wagon", "airline": "aeroplane", "podcast": "microphone", "radio": "microphone",
    "studio": "camera", "ice cream parlour": "ice cream", "ice cream parlor": "ice cream",
    "gelateria": "ice cream", "space": "rocket", "aerospace": "rocket", "hospital": "heart",
    "clinic": "heart", "charity": "heart", "dentist": "heart", "pharmacy": "heart",
    "game studio": "gamepad", "esports": "gamepad", "gaming": "gamepad", "chess": "king",
    "fish": "fish", "seafood": "fish", "plumber": "tool", "repair": "tool", "bäckerei": "bread",
    "boulangerie": "bread", "panadería": "bread", "panaderia": "bread", "brauerei": "beer mug",
    "gärtnerei": "plant", "garden centre": "plant", "nursery": "plant", "organic": "leaf",
    "eco": "leaf", "sustainable": "leaf", "recycling": "leaf", "climate": "leaf",
}  # fmt: skip
"""What a trade shows in its mark."""

_ROOMS = """
bed lamp: bedroom, schlafzimmer, chambre, dormitorio
sofa lamp: living room, wohnzimmer, salon
fridge stove: kitchen, küche, cuisine, cocina
desk swivel: office
desk shelf: home office
table board=Agenda: meeting room, conference room, boardroom
board=Lesson desk: classroom
bathtub sink: bathroom, badezimmer, bathroom interior
table chair: dining room, restaurant, esszimmer
table cup: cafe interior, café interior
bed ball: nursery room, nursery
sickbed vitals: hospital room, hospital ward, ward, operating room
flask desk: chemistry lab
flask microscope: science lab
board=Lecture desk: lecture hall
bed suitcase: hotel room
dumbbell ball: gym
washer basket: laundry room
desk hammer: workshop
sofa plant: lobby, hotel lobby
chair plant: waiting room
microphone speaker: recording studio
desk chair: büro, bureau, oficina
piano guitar: music room
screen gamepad: game room
screen sofa: home theater
desk plant: co-working space, coworking space, open office
chair shelf: reading corner
microscope flask: laboratory, lab
car ladder: garage
cabinet shelf: walk-in closet
sofa frame: showroom
frame statue: art gallery, gallery
bed desk: studio apartment
bed stove: tiny house interior
server server: server room, data center
suitcase lamp: attic
"""
FURNISHED = {
    room.strip(): things
    for things, _, rooms in (row.partition(":") for row in _ROOMS.strip().splitlines())
    for room in rooms.split(",")
}
"""What stands in a room when nothing was asked to."""

GROUPS = {"couple": 2, "twins": 2, "family": 4, "friends": 3, "people": 4, "team": 4, "crowd": 7,
          "band": 4, "colleagues": 3, "customers": 3, "audience": 7, "orchestra": 6, "choir": 6,
          "class": 5, "children": 3, "kids": 3}  # fmt: skip
"""How many a word means."""

PLAIN = word_set(
    """
    1920s 1950s 1960s 1970s 1980s 1990s 3d 4k 8k abandoned across action adventure aesthetic
    aesthetics african after against al all along als also alte am amazing american among an
    ancient anger angle angry anime another antique any aperture are arm arms around art
    artisanal artstation artwork as asian aspect at au auch auf aus automatic aux avec award
    back backdrop background backlit bad baked baroque be beard beautiful beautifully beauty
    before beginning behance bei between beyond bit bite blazing blender3d blooming blunt blur
    blurred blurry body boiled bottom bouquet breath breeze bright brightly british broken
    built bunch burning busy calm cancelling caption carved center centered centre centred
    century chaos che cheap checked chest chibi chinese chopped chopsticks chunk cinema4d
    circle classic classical clean clear closed cold color colorful colors colour colourful
    colours comfortable composition con concept contemporary contrast cool cosy couple covered
    cozy create creepy crying curved cute da dancing dans dark das de death decorated deep dei
    del delicate delicious delivery delle dem den depth der des design designs detail detailed
    details di die different digital disney distance dort dotted down dramatic draw drawing
    dream dreams dribbble dried dripping drop du during each ear ears ein eine el electric
    electronic elegant empty en enchanted end energy engine english environment et european
    every evil example expensive exposure extremely f face facing fake falling false famous
    fancy fantasy fear feel feeling feet filled fine finger fingers floating floral flowing
    fluffy flying focal focus foldable font foot for foreground forgotten format fragile
    framing freedom french fresh fried friendly from front frozen full funny furry future
    futuristic fuzzy für generate geometric german give glazed gleaming gli glossy glowing
    golden-brown good gorgeous gothic grain great grilled group growing große had hairy half
    hand handcrafted handful handmade hands hanger hanging happiness happy harmony has have hd
    hdr he head heap heat heavy her hidden hier high highlight highlights highly his history
    holding holiday homemade hope hot hour hours hyper i idea if il illustration im image
    imagine in indian industrial into intricate is iso ist it italian its japanese journey joy
    jumping just kind kleine knitted la lap las laughing layout le leaning least left leg
    legend legs lens les less let lettering letters life lighting lightweight like line lines
    lively lo loaf long look looking looks los lost lot lots love lovely low luxurious luxury
    lying made magic magical make many masterpiece matt matte me mechanical medieval
    mediterranean melting memories memory mexican middle minute minutes mit mixed mm mock-up
    mockup modern moment month months moody more most motion mouth movement much muted muy my
    mysterious mystical nach narrow natural nature neck need nel nella neue new nice noch noise
    noise-free nordic normal nose number nur o octane oder of off old only onto opaque open or
    ordinary organic original ornate other ou our out outline outlines over own painted pair
    pale par para parisian part parts past patterned peace peaceful per perfect perspective
    photo-realistic picture piece pieces pile pinch pinterest pixar plain platform playful
    playing please popular por portable portion pour power premium pretty professional quality
    quiet quite ratio raytracing real really reflection reflections render rendered rendering
    res resolution resting retro right ripe rising roasted rough round row rows running russian
    rustic sad sadness salty same scandinavian scary scene scenery schon schöne schöner schönes
    sci-fi scoop secret sehr seit sense serene serving setting shallow sharp she shimmering
    shining shiny short shot shoulder shoulders show side silence silhouette silly simple sind
    singing sitting size sleeping slice sliced slices smart smell smiling smoking smooth so
    soft softly solid sort soul sound sour spanish sparkling special speed spicy spooky square
    stack standing steaming stories story straight strange strength striped stunning styled su
    subtitle such super sur surrounded sweet swimming symmetry tale tales talking taste tasty
    template tension text texture textures than that the their themed then these they thick
    thin think this those through time times title to today tomorrow tone tonight too top touch
    toward towards traditional tranquil translucent transparent trending tropical true très
    twinkling type typical typography uhd ultra ultra-detailed un und une unique unreal until
    unusual up vacation variation version very vibe vibes vibrant victorian view vintage vivid
    vom von waiting walking want war warm warmth was we wearing web webs wedge week weekend
    weeks weird were when where which while who whose wide wie wilted wind winning wireless
    wonder woolly word words working world wrapped wrist y year years yesterday you young your
    yummy zu zum zur über
    """
)
"""Words that name nothing to draw: what stands alone of them makes no thing."""

VERBS = word_set(
    """
    appear bake bark become begin bent bloom blow blown bound bring build built burn burnt buzz
    carry cast catch caught celebrate chase chirp climb close come cook cover cross cry dance
    did die dive do does doing drawn dream drink drip drive driven eat eaten emerge enjoy
    explore face fall fallen feel fight fill find float flow fly follow frozen gaze get give
    given glow go grab greet grow grown hate hear held hidden hide hit hold howl hug hung hunt
    jump keep kick kiss known laugh lead lean leave let lie like listen lit live look lose love
    make meet melt need open overlook paint pass peek play point pour pull purr push put rain
    reach read reflect rest ridden ride rise roar roll run see seek seem seen set sewn shaken
    shine show shown sing sit sleep slide smile snow spill spin spread stand stare start stay
    stop stuck surround swim take taken talk think throw thrown torn touch turn use wait walk
    want watch wave wear work worn woven write written
    """
)
