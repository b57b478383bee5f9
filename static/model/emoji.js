// @ts-check
// Common emoji by the names that people write between colons. Loaded when the first one is wanted.

const LIST = `
grinning 😀 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 slightly_smiling 🙂 upside_down 🙃 wink 😉 blush 😊 innocent 😇
smiling_with_hearts 🥰 heart_eyes 😍 star_struck 🤩 kissing_heart 😘 yum 😋 tongue 😛 zany 🤪 money_mouth 🤑 hug 🤗 hand_over_mouth 🤭 shush 🤫 thinking 🤔
zipper_mouth 🤐 raised_eyebrow 🤨 neutral 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 roll_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪
sleeping 😴 mask 😷 sick 🤒 nauseated 🤢 sneezing 🤧 hot 🥵 cold 🥶 woozy 🥴 dizzy 😵 mind_blown 🤯 cowboy 🤠 partying 🥳
sunglasses 😎 nerd 🤓 monocle 🧐 confused 😕 worried 😟 frowning 🙁 open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺 holding_back_tears 🥹 anguished 😧
fearful 😨 cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓 weary 😩 tired 😫 yawning 🥱 triumph 😤 angry 😠 rage 😡
swearing 🤬 devil 😈 skull 💀 poop 💩 clown 🤡 ghost 👻 alien 👽 robot 🤖 cat 🐱 dog 🐶 fox 🦊 bear 🐻
panda 🐼 lion 🦁 pig 🐷 frog 🐸 monkey 🐒 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 chicken 🐔 penguin 🐧 bird 🐦 duck 🦆
owl 🦉 feather 🪶 parrot 🦜 bee 🐝 bug 🐛 butterfly 🦋 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 fish 🐟 whale 🐳
unicorn 🦄 wave 👋 raised_hand ✋ vulcan 🖖 ok_hand 👌 pinch 🤏 victory ✌️ crossed_fingers 🤞 rock_on 🤘 call_me 🤙 point_left 👈 point_right 👉
point_up 👆 point_down 👇 thumbs_up 👍 thumbsup 👍 +1 👍 thumbs_down 👎 thumbsdown 👎 -1 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌 open_hands 👐 handshake 🤝
pray 🙏 writing_hand ✍️ muscle 💪 eyes 👀 brain 🧠 ear 👂 shrug 🤷 facepalm 🤦 bow 🙇 ok_person 🙆 no_person 🙅 running 🏃
dancer 💃 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 white_heart 🤍 broken_heart 💔 sparkling_heart 💖 hundred 💯
100 💯 boom 💥 zzz 💤 speech_bubble 💬 rose 🌹 sunflower 🌻 seedling 🌱 tree 🌳 cactus 🌵 four_leaf_clover 🍀 maple_leaf 🍁 mushroom 🍄
sun ☀️ moon 🌙 star ⭐ sparkles ✨ rainbow 🌈 cloud ☁️ rain 🌧️ snow ❄️ lightning ⚡ fire 🔥 droplet 💧 ocean 🌊
apple 🍎 banana 🍌 lemon 🍋 strawberry 🍓 avocado 🥑 bread 🍞 cheese 🧀 egg 🥚 burger 🍔 pizza 🍕 taco 🌮 sushi 🍣
cookie 🍪 cake 🎂 chocolate 🍫 popcorn 🍿 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine 🍷 cocktail 🍸 champagne 🍾 cheers 🥂
party 🎉 tada 🎉 confetti 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 soccer ⚽ basketball 🏀 game 🎮 dart 🎯 dice 🎲
puzzle 🧩 music 🎵 guitar 🎸 microphone 🎤 headphones 🎧 art 🎨 movie 🎬 camera 📷 radio 📻 tv 📺 phone 📱 computer 💻
keyboard ⌨️ floppy 💾 battery 🔋 plug 🔌 bulb 💡 flashlight 🔦 satellite 📡 magnifier 🔍 microscope 🔬 book 📖 books 📚 newspaper 📰
memo 📝 pencil ✏️ paperclip 📎 pushpin 📌 scissors ✂️ calendar 📅 chart 📈 email 📧 package 📦 mailbox 📫 lock 🔒 unlock 🔓
key 🔑 hammer 🔨 wrench 🔧 gear ⚙️ magnet 🧲 bomb 💣 pill 💊 money 💰 gem 💎 bell 🔔 mute 🔇 loudspeaker 📢
clock ⏰ hourglass ⏳ stopwatch ⏱️ car 🚗 bus 🚌 bike 🚲 train 🚆 plane ✈️ rocket 🚀 ship 🚢 ferry ⛴️ anchor ⚓
house 🏠 office 🏢 tent ⛺ mountain ⛰️ beach 🏖️ map 🗺️ globe 🌍 construction 🚧 warning ⚠️ no_entry ⛔ check ✅ cross ❌
question ❓ exclamation ❗ plus ➕ minus ➖ recycle ♻️ infinity ♾️ white_flag 🏳️ pirate_flag 🏴‍☠️ rainbow_flag 🏳️‍🌈 red_circle 🔴 green_circle 🟢 blue_circle 🔵
`;

/** In groups: faces, animals, hands, hearts, plants and weather, food, play, things, ways, signs. */
export const EMOJI = LIST.trim().split("\n").flatMap((line) => {
  const words = line.split(" ");
  return words.flatMap((name, index) => index % 2 ? [] : [{ name, emoji: words[index + 1] ?? "" }]);
});
